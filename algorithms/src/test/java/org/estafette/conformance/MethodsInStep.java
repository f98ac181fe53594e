package org.estafette.conformance;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.algorithm.train.TrainerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.VectorPool;

/** All workers of a decentralised method in lock step: round by round, exchange by exchange. */
public final class MethodsInStep {
  /** The graph around a worker in an exchange. */
  @FunctionalInterface
  public interface Graph {
    Neighbourhood around(int worker, long round, int exchange);
  }

  /** Whether a message of a round does not arrive. */
  @FunctionalInterface
  public interface Loss {
    boolean lost(long round, int from, int to);
  }

  private record Letter(int from, int to, int part, double mass, Lease values) {}

  private final List<? extends PeerMethod> methods;
  private final List<? extends LocalTrainer> trainers;
  private final List<FlatVector> x;
  private final Graph graph;
  private final Loss loss;
  private final FlatVector steps;
  private final FlatVector delta;
  private final VectorPool pool;
  private final List<Neighbourhood> places = new ArrayList<>();
  private long round;
  private int exchanges;

  public MethodsInStep(
      List<? extends PeerMethod> methods,
      List<? extends LocalTrainer> trainers,
      List<FlatVector> x,
      Graph graph,
      Loss loss) {
    this.methods = methods;
    this.trainers = trainers;
    this.x = x;
    this.graph = graph;
    this.loss = loss;
    FlatVector first = x.getFirst();
    this.steps = trainers.getFirst().precision().zeros(first.length());
    this.delta = first.precision().zeros(first.length());
    this.pool = VectorPool.unbounded("lock step", first.precision(), first.length());
    for (int i = 0; i < methods.size(); i++) {
      places.add(graph.around(i, 0, 0));
      methods.get(i).rewire(places.get(i), 1);
      methods.get(i).begin(x.get(i));
    }
  }

  /** Takes {@code local} local steps on each worker, then the exchanges that the methods want. */
  public void round(int local) {
    for (int i = 0; i < methods.size(); i++) {
      train(i, local);
    }
    exchanges = 0;
    List<Integer> active = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      active.add(i);
    }
    while (!active.isEmpty()) {
      exchange(active);
      exchanges++;
    }
    round++;
  }

  private void train(int i, int local) {
    LocalTrainer trainer = trainers.get(i);
    PeerMethod method = methods.get(i);
    List<FlatVector> moments = method.moments();
    if (!moments.isEmpty()) {
      trainer.restore(new TrainerState(trainer.state().optimizerStep(), moments));
    }
    trainer.load(method.trainingPoint(x.get(i)));
    long taken = round * local;
    TrainedRound done = trainer.train(new TrainOrder(local, i, taken, taken, 1), () -> false);
    trainer.pseudoGradient(steps);
    delta.copyFrom(steps);
    method.trained(x.get(i), delta, done.rate());
  }

  private void exchange(List<Integer> active) {
    for (int i = 0; i < methods.size(); i++) {
      Neighbourhood place = graph.around(i, round, exchanges);
      if (!place.equals(places.get(i))) {
        places.set(i, place);
        methods.get(i).rewire(place, 1);
      }
    }
    List<Letter> letters = new ArrayList<>();
    for (int i : active) {
      for (int part = 0; part < methods.get(i).parts(); part++) {
        compose(i, part, places.get(i), letters);
      }
    }
    for (Letter letter : letters) {
      if (loss.lost(round, letter.from(), letter.to())) {
        letter.values().close();
      } else {
        methods
            .get(letter.to())
            .receive(PeerId.worker(letter.from()), letter.part(), letter.mass(), letter.values());
      }
    }
    active.removeIf(i -> !methods.get(i).average(x.get(i)));
  }

  private void compose(int i, int part, Neighbourhood place, List<Letter> letters) {
    PeerMethod method = methods.get(i);
    Lease shared = null;
    double mass = 0;
    for (PeerId to : place.to()) {
      if (!(place.carries(to, part) && method.exchangesWith(to))) {
        continue;
      }
      Lease lease;
      if (shared != null) {
        lease = shared.retain();
      } else {
        lease = pool.lease();
        mass = method.compose(to, part, lease.vector());
        shared = method.alike() ? lease : null;
      }
      letters.add(new Letter(i, to.slot(), part, mass, lease));
    }
  }

  /** Exchanges of the newest round. */
  public int exchanges() {
    return exchanges;
  }

  /** Where messages are written; none is on loan between rounds. */
  public VectorPool pool() {
    return pool;
  }
}
