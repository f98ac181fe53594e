package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/**
 * Quasi-global momentum (Lin et al., 2021): the local steps use a momentum m that follows not the
 * worker's gradients but what the whole round, exchanges included, moved: m ← μm + (1 − μ)(x_old −
 * x_new)/η. With H local steps η is the sum of their rates. The inner optimizer is given m before
 * each round and steps with it in heavy-ball, Nesterov's or normalised form; what it makes of m
 * within the round is forgotten.
 */
final class QuasiGlobalMomentum extends Decorated {
  private static final double SMALLEST_RATE = 1e-8;

  private final double mu;
  private final FlatVector momentum;
  private final FlatVector moved;
  private double rate;

  QuasiGlobalMomentum(PeerMethod inner, long length, Precision precision, double mu) {
    super(inner);
    if (!(mu >= 0 && mu < 1)) {
      throw new IllegalArgumentException("mu=" + mu + " (expected in [0, 1))");
    }
    this.mu = mu;
    this.momentum = precision.zeros(length);
    this.moved = precision.zeros(length);
  }

  @Override
  public List<FlatVector> moments() {
    return List.of(momentum);
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double sumOfRates) {
    rate = Math.max(sumOfRates, SMALLEST_RATE);
    moved.copyFrom(x);
    inner.trained(x, delta, sumOfRates);
  }

  @Override
  public boolean average(FlatVector x) {
    boolean more = inner.average(x);
    if (!more) {
      moved.axpy(-1, x);
      momentum.scale(mu);
      momentum.axpy((1 - mu) / rate, moved);
    }
    return more;
  }

  @Override
  public List<Named> state() {
    return stateWith(new Named("quasi-global momentum", momentum));
  }
}
