package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.peer.PeerMailboxes;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;

/** Workers without a server in virtual time. */
class PeerSimulatorTest {
  private static final int N = 7;
  private static final double RATE = 0.2;
  private static final RandomQuadratics TASK = QuadraticsSpec.paper(N, 1, 4).generate();

  /** A simulated relay tree that notices leases that were not given back. */
  private static final class Run implements AutoCloseable {
    final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, 10);
    final List<String> log = new ArrayList<>();
    final List<Decision> decisions = new ArrayList<>();
    final PeerSimulator simulator;

    Run(PeerPlan plan, PeerSimulationPlan simulation, RandomQuadratics task) {
      Surroundings tree = Surroundings.relay(RelayTree.of(tree(task.workers()), 1));
      ReferenceTrainer trainer = new ReferenceTrainer(10, task.gradients(0.1, 3), t -> RATE);
      simulator =
          new PeerSimulator(
              simulation,
              (slot, life) -> {
                PeerMethod method = new RelaySgd(Fill.HOLD, 10, Precision.FLOAT64);
                Float64Vector x = Float64Vector.zeros(10);
                boolean late = simulation.joins().stream().anyMatch(j -> j.slot() == slot);
                return new PeerSetup(
                    life > 1 || late
                        ? PeerWorker.joining(plan, tree, method, x)
                        : PeerWorker.starting(plan, tree, method, x),
                    PeerMailboxes.fitting(plan, method, 64),
                    trainer,
                    StepTime.constant(1 + 0.1 * (slot % 7)));
              },
              pool::lease,
              (at, who, d) -> {
                log.add(at + " " + who + " " + d);
                decisions.add(d);
              });
    }

    Run finished() {
      simulator.start();
      simulator.run(1e6, simulator::finished);
      assertThat(simulator.finished()).isTrue();
      return this;
    }

    <T extends Decision> List<T> decisions(Class<T> kind) {
      return decisions.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public void close() {
      simulator.close();
      assertThat(pool.outstanding()).as("leases that were not given back").isZero();
    }
  }

  private static Graph tree(int n) {
    return Topologies.named("binary-tree", n, TopologyOptions.defaults());
  }

  private static PeerSimulationPlan network() {
    return PeerSimulationPlan.of(N, new Link(0.05, 0.001));
  }

  @Test
  void synchronousRoundsShouldBeThoseOfWorkersInStepBitForBit() {
    RandomQuadratics.Gradients gradients = TASK.gradients(0.1, 3);
    List<PeerMethod> methods = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      methods.add(new RelaySgd(Fill.HOLD, 10, Precision.FLOAT64));
    }
    LockStep.Work work =
        (worker, round, at, delta) -> {
          // Like a trainer: the difference of two points, not the step itself.
          Float64Vector moved = Float64Vector.zeros(10);
          moved.copyFrom(at);
          gradients.gradient(worker, round, at, delta);
          moved.axpy(-RATE, delta);
          delta.difference(at, moved);
          return RATE;
        };
    try (Run run = new Run(PeerPlan.of(1, 1, 40), network(), TASK).finished();
        LockStep steps =
            new LockStep(
                methods,
                Wiring.of(tree(N)),
                PeerPlan.Pace.SYNCHRONOUS,
                work,
                Losses.NONE,
                Float64Vector.zeros(10))) {
      for (int t = 0; t < 40; t++) {
        steps.round();
      }
      for (int i = 0; i < N; i++) {
        for (int k = 0; k < 10; k++) {
          assertThat(run.simulator.peer(i).parameters().get(k))
              .isEqualTo(steps.parameters(i).get(k));
        }
      }
      assertThat(run.simulator.consensusDistance2()).isEqualTo(steps.consensusDistance2());
    }
  }

  @Test
  void theSameRunTwiceShouldBeTheSameBitForBit() {
    PeerPlan plan = PeerPlan.of(1, 2, 60).withPace(PeerPlan.Pace.ASYNCHRONOUS);
    PeerSimulationPlan hard =
        network()
            .losing(new Losses(0.1, 0.1, 5))
            .dying(2, List.of(new SimulationPlan.Death(30.5, 3, 20)))
            .joining(List.of(new PeerSimulationPlan.Join(12, 6)));
    try (Run one = new Run(plan, hard, TASK).finished();
        Run other = new Run(plan, hard, TASK).finished()) {
      assertThat(other.log).isEqualTo(one.log);
      assertThat(other.simulator.tally()).isEqualTo(one.simulator.tally());
      assertThat(other.simulator.now()).isEqualTo(one.simulator.now());
      assertThat(one.simulator.tally().lost()).isPositive();
      assertThat(one.simulator.tally().duplicated()).isPositive();
      // 1 at the start, one each for the join, the death and the return.
      assertThat(one.simulator.epoch()).isEqualTo(4);
    }
  }

  @Test
  void aLostMessageShouldBeWaitedForNoLongerThanThePatience() {
    PeerPlan plan = PeerPlan.of(1, 1, 50).withPatience(0.5);
    try (Run run = new Run(plan, network().losing(Losses.of(0.1, 9)), TASK).finished()) {
      PeerTally tally = run.simulator.tally();
      double share = tally.lost() / (double) tally.sent();
      assertThat(share).isBetween(0.05, 0.16);
      assertThat(run.decisions(Decision.Mixed.class)).anyMatch(m -> m.held() > 0);
      assertThat(run.simulator.slowest()).isEqualTo(50);
    }
  }

  @Test
  void survivorsShouldLearnOfADeathAndReachTheirOwnOptimum() {
    RandomQuadratics rest = TASK.only(0, 1, 2, 4, 5, 6);
    PeerPlan plan = PeerPlan.of(1, 1, 400).withPatience(0.5);
    PeerSimulationPlan dying =
        network().dying(3, List.of(new SimulationPlan.Death(20.2, 3, Double.POSITIVE_INFINITY)));
    try (Run run = new Run(plan, dying, TASK).finished()) {
      assertThat(run.simulator.live(3)).isFalse();
      assertThatThrownBy(() -> run.simulator.peer(3)).hasMessageContaining("slot 3");
      assertThat(run.simulator.epoch()).isEqualTo(2);
      assertThat(run.decisions(Decision.Rewired.class)).hasSize(N + N - 1);
      // With noise σ = 0.1 both ends are a cloud; that of the survivors is around their optimum.
      assertThat(rest.error(run.simulator.mean())).isLessThan(2e-3);
      assertThat(TASK.error(run.simulator.mean())).isGreaterThan(5e-3);
    }
  }

  @Test
  void whoJoinsLaterShouldTakePartWithoutStoppingTheOthers() {
    PeerPlan plan = PeerPlan.of(1, 1, 200);
    PeerSimulationPlan joining = network().joining(List.of(new PeerSimulationPlan.Join(50, 5)));
    try (Run run = new Run(plan, joining, TASK).finished()) {
      assertThat(run.simulator.live(5)).isTrue();
      assertThat(run.decisions(Decision.Joined.class)).hasSize(1);
      assertThat(run.simulator.slowest()).isEqualTo(200);
      assertThat(run.simulator.consensusDistance2()).isLessThan(1e-2);
    }
  }

  private static PeerSimulator simulator(
      PeerPlan plan,
      PeerSimulationPlan simulation,
      Surroundings graph,
      Supplier<PeerMethod> method,
      VectorPool pool) {
    int length = (int) pool.length();
    ReferenceTrainer trainer =
        new ReferenceTrainer(
            length,
            (shard, step, at, gradient) -> {
              for (int k = 0; k < length; k++) {
                gradient.set(k, at.get(k) - shard);
              }
              return 0;
            },
            t -> RATE);
    return new PeerSimulator(
        simulation,
        (slot, life) -> {
          PeerMethod own = method.get();
          boolean late = simulation.joins().stream().anyMatch(j -> j.slot() == slot);
          Float64Vector x = Float64Vector.zeros(length);
          return new PeerSetup(
              life > 1 || late
                  ? PeerWorker.joining(plan, graph, own, x)
                  : PeerWorker.starting(plan, graph, own, x),
              PeerMailboxes.fitting(plan, own, 64),
              trainer,
              StepTime.constant(slot == 3 ? 0.3 : 1 + 0.1 * slot));
        },
        pool::lease,
        (at, who, d) -> {});
  }

  private static Surroundings ring(int n) {
    return Surroundings.gossip(
        Topologies.named("ring", n, TopologyOptions.defaults()), MixingMatrix::metropolisHastings);
  }

  @Test
  void aGreetingShouldNotReachWhoDiedOnItsWay() {
    VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, 10);
    PeerPlan plan = PeerPlan.of(1, 1, 20).withPace(PeerPlan.Pace.OVERLAPPED);
    PeerSimulationPlan dying =
        network().dying(0.1, List.of(new SimulationPlan.Death(0.01, 3, Double.POSITIVE_INFINITY)));
    try (PeerSimulator simulator =
        simulator(
            plan,
            dying,
            ring(N),
            () -> GossipMethods.make(new GossipOptions.Dp(true), 10, Precision.FLOAT64),
            pool)) {
      simulator.start();
      simulator.run(1e6, simulator::finished);
      assertThat(simulator.slowest()).isEqualTo(20);
      assertThat(simulator.tally().toTheDead()).as("greetings of two neighbours").isEqualTo(2);
    }
    assertThat(pool.outstanding()).as("leases that were not given back").isZero();
  }

  @Test
  void aWorkerThatJoinsPowerGossipShouldTakeAllExchangesOfItsFirstRound() {
    Layout layout = Layout.builder().add("matrix", 3, 3).add("b", 1).build();
    VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, layout.length());
    PeerPlan plan = PeerPlan.of(1, 1, 60); // Unordered links, patience without end.
    try (PeerSimulator simulator =
        simulator(
            plan,
            network().joining(List.of(new PeerSimulationPlan.Join(20.5, 3))),
            ring(N),
            () -> GossipMethods.make(new GossipOptions.Power(1, 3, 5), layout, Precision.FLOAT64),
            pool)) {
      simulator.start();
      simulator.run(1e6, simulator::finished);
      assertThat(simulator.finished()).as("nobody waits for ever").isTrue();
      assertThat(simulator.mean().isFinite()).isTrue();
    }
    assertThat(pool.outstanding()).as("leases that were not given back").isZero();
  }

  @Test
  void thousandsOfWorkersShouldFit() {
    int n = 3000;
    RandomQuadratics task = QuadraticsSpec.paper(n, 1, 2).generate();
    PeerSimulationPlan many = PeerSimulationPlan.of(n, new Link(0.01, 0));
    try (Run run = new Run(PeerPlan.of(1, 1, 5), many, task).finished()) {
      assertThat(run.simulator.handled()).isEqualTo(5L * (n + 2 * (n - 1)));
    }
  }

  @Test
  void shouldRefuseAPlanThatCannotBegin() {
    assertThatThrownBy(() ->
            network()
                .joining(
                    java.util.stream.IntStream.range(0, N)
                        .mapToObj(i -> new PeerSimulationPlan.Join(1, i))
                        .toList()))
        .hasMessageContaining("expected one at the start");
    assertThatThrownBy(() -> network().dying(1, List.of(new SimulationPlan.Death(1, N, 0))))
        .hasMessageContaining("slot=7");
    assertThatThrownBy(() -> Losses.of(1, 0)).hasMessageContaining("lost=1.0");
  }
}
