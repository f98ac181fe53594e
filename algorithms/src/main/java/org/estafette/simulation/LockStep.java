package org.estafette.simulation;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.VectorPool;

/**
 * All workers of a decentralised method in step, without a clock and without anything between the
 * method and its vectors: each round all take their local work, all send, all receive, all average.
 * What the papers' simulations do, for thousands of short runs a second.
 */
public final class LockStep implements AutoCloseable {
  /** A worker's local work of one round. */
  @FunctionalInterface
  public interface Work {
    /**
     * Writes Δ, the training point minus the parameters after the local steps.
     *
     * @param round from 0
     * @return the sum of the steps' learning rates
     */
    double take(int worker, long round, FlatVector at, FlatVector delta);
  }

  private final List<PeerMethod> methods;
  private final Wiring wiring;
  private final PeerPlan.Pace pace;
  private final Work work;
  private final Losses losses;
  private final VectorPool pool;
  private final FlatVector[] x;
  private final FlatVector[] delta;
  private final FlatVector mean;
  private final FlatVector difference;
  private final List<Sent> sent = new ArrayList<>();
  private long rounds;
  private long averagings;
  private int onTheWay;

  /** A message between composition and delivery; used again. */
  private static final class Sent {
    int from;
    int to;
    int part;
    double mass;
    Lease values = Lease.unpooled(org.estafette.memory.Float64Vector.zeros(0));
  }

  /**
   * Workers that all start from the same point.
   *
   * @param methods one a worker; closed with this
   * @param pace synchronous, or overlapped: what is sent in a round is used in the next one
   * @param start x⁰, copied
   */
  public LockStep(
      List<? extends PeerMethod> methods,
      Wiring wiring,
      PeerPlan.Pace pace,
      Work work,
      Losses losses,
      FlatVector start) {
    if (pace == PeerPlan.Pace.ASYNCHRONOUS) {
      throw new IllegalArgumentException(
          "pace=" + pace + " (expected rounds; asynchronous workers need a PeerSimulator)");
    }
    if (methods.size() != wiring.workers()) {
      throw new IllegalArgumentException(
          "methods=%d (expected %d, one for each worker of the graph)"
              .formatted(methods.size(), wiring.workers()));
    }
    this.methods = List.copyOf(methods);
    this.wiring = wiring;
    this.pace = pace;
    this.work = work;
    this.losses = losses;
    this.pool = VectorPool.unbounded("lock step", start.precision(), start.length());
    this.x = new FlatVector[methods.size()];
    this.delta = new FlatVector[methods.size()];
    this.mean = start.precision().zeros(start.length());
    this.difference = start.precision().zeros(start.length());
    for (int i = 0; i < x.length; i++) {
      x[i] = start.precision().zeros(start.length());
      x[i].copyFrom(start);
      delta[i] = start.precision().zeros(start.length());
      this.methods.get(i).rewire(wiring.around(i, 0), 1);
    }
    begin();
  }

  private void begin() {
    for (int i = 0; i < x.length; i++) {
      methods.get(i).begin(x[i]);
    }
    if (pace == PeerPlan.Pace.OVERLAPPED && methods.getFirst().greets()) {
      composeAll();
    }
  }

  /** One round of all workers. */
  public void round() {
    for (int i = 0; i < x.length; i++) {
      PeerMethod method = methods.get(i);
      double rate = work.take(i, rounds, method.trainingPoint(x[i]), delta[i]);
      method.trained(x[i], delta[i], rate);
    }
    boolean again;
    do {
      rewire();
      if (pace == PeerPlan.Pace.SYNCHRONOUS) {
        composeAll();
      }
      deliver();
      again = false;
      for (int i = 0; i < x.length; i++) {
        again |= methods.get(i).average(x[i]);
      }
      averagings++;
      if (pace == PeerPlan.Pace.OVERLAPPED) {
        rewire();
        composeAll();
      }
    } while (again);
    rounds++;
  }

  private void rewire() {
    if (wiring.varies()) {
      for (int i = 0; i < x.length; i++) {
        methods.get(i).rewire(wiring.around(i, averagings), 1);
      }
    }
  }

  private void composeAll() {
    for (int i = 0; i < x.length; i++) {
      compose(i);
    }
  }

  private void compose(int i) {
    PeerMethod method = methods.get(i);
    Neighbourhood around = wiring.around(i, averagings);
    List<PeerId> to = around.to();
    for (int part = 0; part < method.parts(); part++) {
      Lease shared = null;
      double mass = 0;
      for (int k = 0; k < to.size(); k++) {
        PeerId receiver = to.get(k);
        if (!around.carries(receiver, part) || !method.exchangesWith(receiver)) {
          continue;
        }
        Lease lease;
        if (shared == null || !method.alike()) {
          lease = pool.lease();
          mass = method.compose(receiver, part, lease.vector());
          shared = lease;
        } else {
          lease = shared.retain();
        }
        add(i, receiver.slot(), part, mass, lease);
      }
    }
  }

  private void add(int from, int to, int part, double mass, Lease values) {
    if (onTheWay == sent.size()) {
      sent.add(new Sent());
    }
    Sent s = sent.get(onTheWay++);
    s.from = from;
    s.to = to;
    s.part = part;
    s.mass = mass;
    s.values = values;
  }

  private void deliver() {
    for (int m = 0; m < onTheWay; m++) {
      Sent s = sent.get(m);
      // All parts of an exchange share one fate: they are one message.
      if (losses.loses(s.from, s.to, averagings)) {
        s.values.close();
      } else {
        methods.get(s.to).receive(PeerId.worker(s.from), s.part, s.mass, s.values);
      }
    }
    onTheWay = 0;
  }

  /** Rounds done. */
  public long rounds() {
    return rounds;
  }

  /** n. */
  public int workers() {
    return x.length;
  }

  /** A worker's parameters; live. */
  public FlatVector parameters(int worker) {
    return x[worker];
  }

  /** A worker's place in the graph in the next averaging. */
  public Neighbourhood around(int worker) {
    return wiring.around(worker, averagings);
  }

  /** x̄, the mean of the workers' parameters; live until the next call. */
  public FlatVector mean() {
    mean.fill(0);
    for (FlatVector one : x) {
      mean.axpy(1.0 / x.length, one);
    }
    return mean;
  }

  /** Ξ² = (1/n)·Σ_i ‖x̄ − x_i‖². */
  public double consensusDistance2() {
    FlatVector centre = mean();
    double sum = 0;
    for (FlatVector one : x) {
      difference.difference(one, centre);
      sum += difference.squaredNorm();
    }
    return sum / x.length;
  }

  /** Gives back what the methods hold. */
  @Override
  public void close() {
    for (int m = 0; m < onTheWay; m++) {
      sent.get(m).values.close();
    }
    onTheWay = 0;
    methods.forEach(PeerMethod::close);
  }
}
