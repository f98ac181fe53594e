package org.estafette.algorithm.peer.gossip;

import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * Stochastic gradient push (Assran et al., 2019) on a doubly stochastic, time-varying graph ({@link
 * ExponentialGraph}): a local step, then {@code averagings} times x_i ← (x_i + x_{i−offset})/2. The
 * push-sum weights stay 1 and are not sent. Its worker rewires it before each averaging.
 *
 * <p>Where a message is lost, the worker's own value takes its place.
 */
final class GradientPush implements PeerMethod {
  private final int averagings;
  private final Averaging averaging;
  private final FlatVector own;
  private int done;

  GradientPush(long length, Precision precision, int averagings) {
    this.averaging = new Averaging(1, Averaging.Missing.OWN, length, precision);
    if (averagings < 1) {
      throw new IllegalArgumentException("averagings=" + averagings + " (expected >= 1)");
    }
    this.averagings = averagings;
    this.own = precision.zeros(length);
  }

  @Override
  public void rewire(Neighbourhood around, long epoch) {
    averaging.rewire(around);
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
    done = 0;
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
    own.copyFrom(x);
    done++;
    return done < averagings;
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
