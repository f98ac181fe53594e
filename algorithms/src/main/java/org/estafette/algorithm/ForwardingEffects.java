package org.estafette.algorithm;

import java.util.List;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Hands every effect on. A participant that is built around another one overrides what it wants to
 * be different.
 */
public class ForwardingEffects implements Effects {
  private final Effects to;

  /** Hands on to the driver's effects. */
  public ForwardingEffects(Effects to) {
    this.to = to;
  }

  @Override
  public void send(PeerId receiver, Message message) {
    to.send(receiver, message);
  }

  @Override
  public void load(FlatVector parameters) {
    to.load(parameters);
  }

  @Override
  public void loadMoments(List<FlatVector> moments) {
    to.loadMoments(moments);
  }

  @Override
  public void train(long round, TrainOrder order) {
    to.train(round, order);
  }

  @Override
  public void train(long round, TrainOrder order, TrainOrder ahead) {
    to.train(round, order, ahead);
  }

  @Override
  public void rebase(long round, @Nullable TrainOrder ahead) {
    to.rebase(round, ahead);
  }

  @Override
  public void giveUp(String why) {
    to.giveUp(why);
  }

  @Override
  public Lease lease() {
    return to.lease();
  }

  @Override
  public void setTimer(String timer, double seconds) {
    to.setTimer(timer, seconds);
  }

  @Override
  public void cancelTimer(String timer) {
    to.cancelTimer(timer);
  }

  @Override
  public void decided(Decision decision) {
    to.decided(decision);
  }

  @Override
  public void ended(Header message, Ending ending) {
    to.ended(message, ending);
  }
}
