package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * Gradient tracking (Di Lorenzo and Scutari, 2016; Nedić et al., 2017): with u = −Δ, x⁺ = W(x + u +
 * c) and c⁺ = W(u + c) − u. Part 0 is x + u + c, part 1 is u + c.
 *
 * <p>Part 1 is a share of a sum over the workers, so that no message may be superseded: the two
 * parts of an exchange belong together. Where a message is lost, the weights that are left are
 * scaled to sum 1; the corrections then no longer sum to 0. When the live workers change they begin
 * anew at 0.
 */
final class GradientTracking implements PeerMethod {
  private static final long NONE = Long.MIN_VALUE;

  private final Averaging averaging;
  private final FlatVector correction;
  private final FlatVector own;
  private final FlatVector tracker;
  private final FlatVector step;
  private long epoch = NONE;
  private boolean first;

  GradientTracking(long length, Precision precision) {
    this.averaging = new Averaging(2, Averaging.Missing.RESCALE, length, precision);
    this.correction = precision.zeros(length);
    this.own = precision.zeros(length);
    this.tracker = precision.zeros(length);
    this.step = precision.zeros(length);
  }

  @Override
  public void rewire(Neighbourhood around, long newEpoch) {
    averaging.rewire(around);
    if (epoch != NONE && newEpoch > epoch) {
      if (first) {
        own.axpy(-1, correction);
      }
      tracker.copyFrom(step);
      tracker.scale(-1);
      correction.fill(0);
    }
    epoch = newEpoch;
  }

  @Override
  public int parts() {
    return 2;
  }

  @Override
  public boolean alike() {
    return true;
  }

  @Override
  public boolean conflatable() {
    return false;
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    step.copyFrom(delta);
    tracker.difference(correction, delta);
    own.copyFrom(x);
    own.axpy(1, tracker);
    first = true;
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    into.copyFrom(part == 0 ? own : tracker);
    return 1;
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    averaging.put(from, part, values);
  }

  @Override
  public boolean average(FlatVector x) {
    averaging.mean(0, own, x, true);
    own.copyFrom(x);
    averaging.mean(1, tracker, correction, false);
    // A further exchange of the round mixes u + c once more.
    tracker.copyFrom(correction);
    correction.axpy(1, step);
    first = false;
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
