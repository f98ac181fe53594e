package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerMailboxes;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.fault.FaultPlan;
import org.estafette.history.Violation;
import org.estafette.history.peer.Law;
import org.estafette.history.peer.PeerChecker;
import org.estafette.history.peer.PeerHistory;
import org.estafette.history.peer.Self;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.PeerSetup;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.PeerTally;
import org.estafette.simulation.StepTime;

/**
 * The rig without a server: seven workers, worker i with the loss 1 + ½‖x − i‖², so that the
 * optimum of those who are left is the mean of their numbers.
 *
 * @param graph who exchanges with whom
 * @param plan rounds and waiting
 * @param method of each worker
 * @param law that the method keeps
 * @param rate learning rate
 * @param calm second from which on relayed sums must be whole
 */
record PeerRig(
    Surroundings graph,
    PeerPlan plan,
    Supplier<PeerMethod> method,
    Law law,
    DoubleUnaryOperator rate,
    double calm) {
  static final int N = 7;
  static final int DIMENSION = 3;

  /** What came of a run. */
  record Outcome(
      boolean finished,
      List<double[]> parameters,
      List<Integer> live,
      List<Decision> decisions,
      PeerTally tally,
      List<Violation> violations) {
    Outcome good() {
      assertThat(violations).isEmpty();
      assertThat(finished).as("the run ended").isTrue();
      return this;
    }

    Map<Refusal, Integer> refused() {
      Map<Refusal, Integer> all = new EnumMap<>(Refusal.class);
      for (Decision d : decisions) {
        if (d instanceof Decision.Refused r) {
          all.merge(r.reason(), 1, Integer::sum);
        }
      }
      return all;
    }

    /** Everybody who lives is no further than that from x in every coordinate. */
    void around(double x, double tolerance) {
      for (double[] p : parameters) {
        for (double c : p) {
          assertThat(Math.abs(c - x)).as("%s around %s", c, x).isLessThan(tolerance);
        }
      }
    }

    /** Mean over the live workers of the loss of all live workers. */
    double loss() {
      double loss = 1;
      for (double[] p : parameters) {
        for (int slot : live) {
          for (double c : p) {
            loss += 0.5 * (c - slot) * (c - slot) / live.size() / live.size();
          }
        }
      }
      return loss;
    }
  }

  Outcome run(PeerSimulationPlan network) {
    VectorPool pool = VectorPool.unbounded("peer-rig", Precision.FLOAT64, DIMENSION);
    PeerHistory history = new PeerHistory();
    List<Decision> decisions = new ArrayList<>();
    ReferenceTrainer trainer =
        new ReferenceTrainer(
            DIMENSION,
            (shard, step, x, g) -> {
              double loss = 1;
              for (int j = 0; j < DIMENSION; j++) {
                double d = x.get(j) - shard;
                g.set(j, d);
                loss += 0.5 * d * d;
              }
              return loss;
            },
            rate);
    List<double[]> parameters = new ArrayList<>();
    List<Integer> live = new ArrayList<>();
    Map<Self, Integer> held = new HashMap<>();
    boolean finished;
    PeerTally tally;
    try (PeerSimulator simulator =
        new PeerSimulator(
            network,
            (slot, life) -> {
              PeerMethod watched = history.witness(PeerId.worker(slot), life, method.get());
              Float64Vector x = Float64Vector.zeros(DIMENSION);
              return new PeerSetup(
                  life > 1
                      ? PeerWorker.joining(plan, graph, watched, x)
                      : PeerWorker.starting(plan, graph, watched, x),
                  PeerMailboxes.fitting(plan, watched, 64),
                  trainer,
                  StepTime.constant(0.2 + 0.02 * slot));
            },
            pool::lease,
            (at, who, d) -> decisions.add(d),
            history)) {
      simulator.start();
      simulator.run(20_000, simulator::finished);
      simulator.run(simulator.now() + 200, () -> false);
      finished = simulator.finished();
      tally = simulator.tally();
      for (int slot = 0; slot < network.workers(); slot++) {
        if (simulator.live(slot)) {
          live.add(slot);
          parameters.add(((Float64Vector) simulator.peer(slot).parameters()).toArray());
          held.put(new Self(PeerId.worker(slot), simulator.life(slot)), simulator.held(slot));
        }
      }
    }
    assertThat(pool.outstanding()).as("vectors that were not given back").isZero();
    PeerChecker.Result result =
        PeerChecker.check(
            history.facts(), new PeerChecker.Run(law, who -> method.get(), held, calm));
    return new Outcome(finished, parameters, live, decisions, tally, result.violations());
  }

  static PeerSimulationPlan network(FaultPlan faults) {
    return PeerSimulationPlan.of(N, new Link(0.05, 0.001)).faulty(faults);
  }
}
