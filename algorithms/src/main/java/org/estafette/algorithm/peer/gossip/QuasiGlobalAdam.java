package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.kernel.AdamStep;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/**
 * QG-Adam (Lin et al., 2021): the inner AdamW begins each round with moments that are refreshed
 * from d, what the round moved, exchanges included, scaled to global length 1: m ← β₁m + (1 − β₁)d,
 * v ← β₂v + (1 − β₂)d².
 */
final class QuasiGlobalAdam extends Decorated {
  private static final double EPSILON = 1e-8;

  private final double beta1;
  private final double beta2;
  private final FlatVector first;
  private final FlatVector second;
  private final FlatVector moved;

  QuasiGlobalAdam(PeerMethod inner, long length, Precision precision, double beta1, double beta2) {
    super(inner);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.first = precision.zeros(length);
    this.second = precision.zeros(length);
    this.moved = precision.zeros(length);
  }

  @Override
  public List<FlatVector> moments() {
    return List.of(first, second);
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double sumOfRates) {
    moved.copyFrom(x);
    inner.trained(x, delta, sumOfRates);
  }

  @Override
  public boolean average(FlatVector x) {
    boolean more = inner.average(x);
    if (!more) {
      moved.axpy(-1, x);
      moved.scale(1 / (Math.sqrt(moved.squaredNorm()) + EPSILON));
      // A step of rate 0 refreshes the moments and leaves x bit for bit.
      x.adamStep(first, second, moved, new AdamStep(0, beta1, beta2, EPSILON, 0, 1, 1));
    }
    return more;
  }

  @Override
  public List<Named> state() {
    return stateWith(
        new Named("quasi-global first moment", first),
        new Named("quasi-global second moment", second));
  }
}
