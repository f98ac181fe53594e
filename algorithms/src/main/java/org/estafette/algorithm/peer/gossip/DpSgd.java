package org.estafette.algorithm.peer.gossip;

import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * Decentralised parallel SGD (Lian et al., 2017): x_i ← Σ_j W_ij h_j with the half steps h = x − Δ.
 * Overlapped, the messages rest on the parameters before the local steps: x_i ← Σ_j W_ij x_j − Δ_i.
 *
 * <p>Their worker's pace is then the overlapped one, and messages travel during the local steps.
 *
 * <p>Where a message is lost, the weights that are left are scaled to sum 1.
 */
final class DpSgd implements PeerMethod {
  private final boolean overlap;
  private final Averaging averaging;
  private final FlatVector own;
  private final FlatVector step;
  private boolean pending;

  DpSgd(long length, Precision precision, boolean overlap) {
    this.averaging = new Averaging(1, Averaging.Missing.RESCALE, length, precision);
    this.overlap = overlap;
    this.own = precision.zeros(length);
    this.step = precision.zeros(overlap ? length : 0);
  }

  @Override
  public void rewire(Neighbourhood around, long epoch) {
    averaging.rewire(around);
  }

  @Override
  public boolean greets() {
    return overlap;
  }

  @Override
  public void begin(FlatVector x) {
    own.copyFrom(x);
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
    if (overlap) {
      own.copyFrom(x);
      step.copyFrom(delta);
      pending = true;
    } else {
      own.difference(x, delta);
    }
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
    if (pending) {
      x.axpy(-1, step);
      pending = false;
    }
    own.copyFrom(x);
    return false;
  }

  @Override
  public double spread() {
    return averaging.spread();
  }

  @Override
  public void close() {
    averaging.close();
  }
}
