package org.estafette.simulation.chaos;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.RandomFaults;
import org.estafette.memory.Layout;
import org.estafette.simulation.Link;
import org.estafette.simulation.Losses;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.SimulationPlan;

/**
 * A small run without a server, all of it decided by a seed: which method on which graph, how many
 * workers, who joins later, their patience, what is lost, and what else goes wrong.
 *
 * @param seed names the case
 * @param kind which method, at which pace
 * @param graph who exchanges with whom
 * @param rounds and waiting
 * @param network links, losses, joins, faults
 */
record PeerChaosCase(
    long seed, PeerKind kind, Surroundings graph, PeerPlan rounds, PeerSimulationPlan network) {
  static final int ROUNDS = 100;
  static final double FAULTY_SECONDS = 30;

  /** Model: a matrix and a vector, six numbers. */
  static final Layout LAYOUT = Layout.builder().add("matrix", 2, 2).add("vector", 2).build();

  static PeerChaosCase of(long seed) {
    long key = CounterRandom.key(seed, 0x9EE5);
    PeerKind kind = PeerKind.values()[(int) Math.floorMod(seed, PeerKind.values().length)];
    int n = 2 + (int) CounterRandom.below(key, 0, 6);
    PeerPlan rounds =
        PeerPlan.of(1, 2, ROUNDS)
            .withPace(kind.pace)
            .withPatience(1 + 3 * CounterRandom.uniform(key, 2));
    List<PeerSimulationPlan.Join> joins = new ArrayList<>();
    for (int slot = 1; slot < n; slot++) {
      if (CounterRandom.below(key, 10 + slot, 6) == 0) {
        joins.add(new PeerSimulationPlan.Join(30 * CounterRandom.uniform(key, 20 + slot), slot));
      }
    }
    double lost = CounterRandom.below(key, 3, 2) == 0 ? 0 : 0.1 * CounterRandom.uniform(key, 4);
    double doubled = CounterRandom.below(key, 5, 2) == 0 ? 0 : 0.1 * CounterRandom.uniform(key, 6);
    PeerSimulationPlan network =
        PeerSimulationPlan.of(n, new Link(0.05, 0.001))
            .losing(new Losses(lost, doubled, seed))
            .dying(0.2 + 2 * CounterRandom.uniform(key, 7), List.<SimulationPlan.Death>of())
            .joining(joins)
            .faulty(
                betweenWorkers(
                    new RandomFaults(
                            n, FAULTY_SECONDS, 0.7 + 3 * CounterRandom.uniform(key, 8), false, true)
                        .plan(seed),
                    n));
    PeerChaosCase all = new PeerChaosCase(seed, kind, kind.graph(n, key), rounds, network);
    // As published it blows up where a weight becomes small, as after losses: that is no fault.
    return kind == PeerKind.PUSH_SUM_PLAIN ? all.undisturbed() : all;
  }

  /** Cuts between a worker and the server become cuts between two workers. */
  private static FaultPlan betweenWorkers(FaultPlan plan, int n) {
    List<FaultPlan.Timed> faults = new ArrayList<>();
    for (FaultPlan.Timed t : plan.faults()) {
      faults.add(
          t.fault() instanceof Fault.Cut c
              ? new FaultPlan.Timed(
                  t.at(),
                  new Fault.Cut(
                      worker(c.from(), c.to(), n), worker(c.to(), c.from(), n), c.seconds()))
              : t);
    }
    return new FaultPlan(plan.seed(), faults);
  }

  private static PeerId worker(PeerId who, PeerId other, int n) {
    return who.isServer() ? PeerId.worker((other.slot() + 1) % n) : who;
  }

  /** The same run in which nothing goes wrong and nobody joins later. */
  PeerChaosCase undisturbed() {
    return new PeerChaosCase(
        seed,
        kind,
        graph,
        rounds,
        new PeerSimulationPlan(
            network.workers(),
            network.links(),
            Losses.NONE,
            network.detection(),
            List.of(),
            List.of()));
  }

  /**
   * Second from which on nothing goes wrong, and what did has left the sums of a relay. Not at
   * everybody's own pace: who is done before another joins sends nothing any more.
   */
  double calm() {
    return network.losses().lost() > 0 || kind.pace == PeerPlan.Pace.ASYNCHRONOUS
        ? Double.POSITIVE_INFINITY
        : FAULTY_SECONDS + 40;
  }

  /** f_s(x) = ½ Σ (j+1)/2·(x_j − s mod 2)², one a slot. */
  LocalTrainer trainer() {
    int dimension = Math.toIntExact(LAYOUT.length());
    return new ReferenceTrainer(
        dimension,
        (shard, step, x, g) -> {
          double loss = 0;
          for (int j = 0; j < dimension; j++) {
            double d = x.get(j) - shard % 2;
            g.set(j, (j + 1) * d / 2);
            loss += (j + 1) * d * d / 4;
          }
          return loss;
        },
        t -> 0.03,
        kind.optimizer());
  }
}
