package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * D² (Tang et al., 2018): with u = −Δ, x⁺ = W(x + u + c) and c⁺ = x⁺ − x − u. The corrections c sum
 * to 0 over the workers and take away what their data differ by. Stable only where W has no
 * eigenvalue at or below −1/3; with (W + I)/2, which is exact diffusion, on every graph.
 *
 * <p>Where a message is lost, the weights that are left are scaled to sum 1; the corrections then
 * no longer sum to 0, and an error of that size stays. When the live workers change, corrections
 * begin anew at 0: those of the lost worker would be missing for ever.
 */
final class D2 implements PeerMethod {
  private static final long NONE = Long.MIN_VALUE;

  private final boolean lazy;
  private final Averaging averaging;
  private final FlatVector correction;
  private final FlatVector own;
  private long epoch = NONE;
  private boolean begun;

  D2(long length, Precision precision, boolean lazy) {
    this.averaging = new Averaging(1, Averaging.Missing.RESCALE, length, precision);
    this.lazy = lazy;
    this.correction = precision.zeros(length);
    this.own = precision.zeros(length);
  }

  @Override
  public void rewire(Neighbourhood around, long newEpoch) {
    averaging.rewire(lazy ? Weights.lazy(around) : around);
    if (epoch != NONE && newEpoch > epoch) {
      if (begun) {
        own.axpy(-1, correction);
      }
      correction.fill(0);
    }
    epoch = newEpoch;
  }

  @Override
  public boolean alike() {
    return true;
  }

  @Override
  public boolean conflatable() {
    return true;
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    own.difference(x, delta);
    own.axpy(1, correction);
    begun = true;
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    into.copyFrom(own);
    return 1;
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    averaging.put(from, part, values);
  }

  @Override
  public boolean average(FlatVector x) {
    averaging.mean(0, own, x, true);
    // own = x + u + c, so that x⁺ − x − u = c + what the exchange moved. Taken before it is rounded
    // to the digits of x: the corrections would sum those roundings up.
    correction.axpy(1, averaging.moved());
    own.copyFrom(x);
    begun = false;
    return false;
  }

  @Override
  public double spread() {
    return averaging.spread();
  }

  @Override
  public List<Named> state() {
    return List.of(new Named("correction", correction));
  }

  @Override
  public void close() {
    averaging.close();
  }
}
