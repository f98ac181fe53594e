package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * Push-sum (Kempe et al., 2003; with gradients Nedić and Olshevsky, 2016, Assran et al., 2019) on
 * any directed graph. A worker holds mass (x, w), w = 1 at the start; gradients are taken at z =
 * x/w. It sends P_ji·(x, w) to each j and keeps the rest; the columns of P sum to 1, so that Σx and
 * Σw stay whatever the graph. What it did not compose it keeps.
 *
 * <p>Each message counts exactly once, whenever it comes. A lost one takes its mass with it; {@link
 * AsyncPushSum} is for networks that lose.
 */
final class PushSum implements PeerMethod {
  /** How a step of z becomes one of x. */
  enum Step {
    /** x ← x − Δ: as published. Blows up where w becomes small, as with unequal speeds. */
    PLAIN,
    /** x ← x − w·Δ, which is z ← z − Δ. */
    WEIGHTED;

    static Step of(boolean weighted) {
      return weighted ? WEIGHTED : PLAIN;
    }
  }

  private static final String MASS = "push-sum mass";
  private static final String ARRIVED = "arrived mass";

  private final Step step;
  private final FlatVector own;
  private final FlatVector point;
  private final FlatVector arrived;
  private double weight = 1;
  private double arrivedWeight;
  private double given;
  private double squares;
  private int heard;
  private double spread = Double.NaN;
  private Neighbourhood around;

  PushSum(long length, Precision precision, Step step) {
    this.step = step;
    this.own = precision.zeros(length);
    this.point = precision.zeros(length);
    this.arrived = precision.zeros(length);
    this.around = Shares.NOBODY;
  }

  @Override
  public void rewire(Neighbourhood to, long epoch) {
    settle(); // What was composed for a former graph is gone.
    around = to;
  }

  @Override
  public void begin(FlatVector x) {
    own.copyFrom(x);
    weight = 1;
  }

  @Override
  public boolean alike() {
    return false;
  }

  @Override
  public boolean conflatable() {
    return false;
  }

  @Override
  public FlatVector trainingPoint(FlatVector x) {
    point.copyFrom(own);
    point.scale(1 / weight);
    return point;
  }

  /** What was composed leaves, before anything else changes the mass that it was a share of. */
  private void settle() {
    if (given != 0) {
      own.scale(1 - given);
      weight *= 1 - given;
      given = 0;
    }
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    settle();
    own.axpy(step == Step.PLAIN ? -1 : -weight, delta);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    double share = Shares.of(around, to);
    given += share;
    into.copyFrom(own);
    into.scale(share);
    return share * weight;
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    try (values) {
      FlatVector message = values.vector();
      arrived.axpy(1, message);
      arrivedWeight += mass;
      point.copyFrom(own);
      point.scale(1 / weight);
      point.axpy(-1 / mass, message);
      squares += point.squaredNorm();
      heard++;
    }
  }

  @Override
  public boolean average(FlatVector x) {
    settle();
    own.axpy(1, arrived);
    weight += arrivedWeight;
    arrived.fill(0);
    arrivedWeight = 0;
    spread = heard == 0 ? Double.NaN : Math.sqrt(squares / heard);
    squares = 0;
    heard = 0;
    x.copyFrom(own);
    return false;
  }

  @Override
  public double mass() {
    return weight;
  }

  @Override
  public double spread() {
    return spread;
  }

  @Override
  public List<Named> state() {
    return List.of(new Named(MASS, own, weight), new Named(ARRIVED, arrived, arrivedWeight));
  }

  @Override
  public void restore(List<Named> saved) {
    PeerMethod.super.restore(saved);
    for (Named one : saved) {
      if (one.name().equals(MASS)) {
        weight = one.number();
      } else if (one.name().equals(ARRIVED)) {
        arrivedWeight = one.number();
      }
    }
  }

  @Override
  public void close() {}
}
