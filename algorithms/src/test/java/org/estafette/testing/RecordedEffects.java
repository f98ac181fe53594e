package org.estafette.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;

/** Writes down what a participant asks for. */
public final class RecordedEffects implements Effects {
  /** A message with its receiver. */
  public record Sent(PeerId to, Message message) {}

  public final List<Sent> sent = new ArrayList<>();
  public final List<Decision> decisions = new ArrayList<>();
  public final List<TrainOrder> orders = new ArrayList<>();
  public final Map<String, Double> timers = new LinkedHashMap<>();
  public FlatVector loaded;
  private final int dimension;

  public RecordedEffects(int dimension) {
    this.dimension = dimension;
  }

  @Override
  public void send(PeerId to, Message message) {
    sent.add(new Sent(to, message));
  }

  @Override
  public void load(FlatVector parameters) {
    loaded = Float64Vector.zeros(parameters.length());
    loaded.copyFrom(parameters);
  }

  @Override
  public void train(long round, TrainOrder order) {
    orders.add(order);
  }

  @Override
  public Lease lease() {
    return Lease.unpooled(Float64Vector.zeros(dimension));
  }

  @Override
  public void setTimer(String timer, double seconds) {
    timers.put(timer, seconds);
  }

  @Override
  public void cancelTimer(String timer) {
    timers.remove(timer);
  }

  @Override
  public void decided(Decision decision) {
    decisions.add(decision);
  }

  /** The decisions of that kind. */
  public <T extends Decision> List<T> decisions(Class<T> kind) {
    return decisions.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The message sent last. */
  public Message last() {
    return sent.getLast().message();
  }
}
