package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerMailboxes;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;

/** What the faults of a plan do to workers without a server. */
class PeerWeatherTest {
  private static final int N = 3;

  private record Seen(double at, PeerId who, Decision what) {}

  private final List<Seen> seen = new ArrayList<>();
  private PeerTally tally = new PeerTally(0, 0, 0, 0, 0, 0);

  /** Three workers in a row whose step takes a second, with 0.1 s between them. */
  private void run(int rounds, Fault... faults) {
    List<FaultPlan.Timed> plan = new ArrayList<>();
    for (Fault f : faults) {
      plan.add(new FaultPlan.Timed(10.5, f));
    }
    PeerPlan rules = PeerPlan.of(1, 1, rounds).withPatience(0.5);
    Surroundings chain =
        Surroundings.relay(
            RelayTree.of(Topologies.named("chain", N, TopologyOptions.defaults()), 0));
    VectorPool pool = VectorPool.unbounded("weather", Precision.FLOAT64, 2);
    ReferenceTrainer trainer =
        new ReferenceTrainer(
            2,
            (shard, step, x, g) -> {
              g.set(0, x.get(0) - 1);
              g.set(1, x.get(1) + 1);
              return 0;
            },
            t -> 0.1);
    try (PeerSimulator simulator =
        new PeerSimulator(
            PeerSimulationPlan.of(N, new Link(0.1, 0)).faulty(new FaultPlan(3, plan)),
            (slot, life) -> {
              PeerMethod method = new RelaySgd(Fill.HOLD, 2, Precision.FLOAT64);
              Float64Vector x = Float64Vector.zeros(2);
              return new PeerSetup(
                  life > 1
                      ? PeerWorker.joining(rules, chain, method, x)
                      : PeerWorker.starting(rules, chain, method, x),
                  PeerMailboxes.fitting(rules, method, 16),
                  trainer,
                  StepTime.constant(1));
            },
            pool::lease,
            (at, who, d) -> seen.add(new Seen(at, who, d)))) {
      simulator.start();
      simulator.run(1e4, simulator::finished);
      assertThat(simulator.finished()).isTrue();
      simulator.run(1e4, () -> false);
      tally = simulator.tally();
    }
    assertThat(pool.outstanding()).isZero();
  }

  private List<Double> rounds(int slot) {
    return seen.stream()
        .filter(s -> s.who().slot() == slot && s.what() instanceof Decision.Mixed)
        .map(Seen::at)
        .toList();
  }

  private long rounds(int slot, double from, double to) {
    return rounds(slot).stream().filter(at -> at > from && at < to).count();
  }

  private List<Decision.Mixed> mixed(int slot, double from, double to) {
    return seen.stream()
        .filter(s -> s.who().slot() == slot && s.at() > from && s.at() < to)
        .map(Seen::what)
        .filter(Decision.Mixed.class::isInstance)
        .map(Decision.Mixed.class::cast)
        .toList();
  }

  @Test
  void aFrozenWorkerShouldDoNothingAndThenAllThatWaited() {
    run(40, new Fault.Freeze(PeerId.worker(2), 8));
    assertThat(rounds(2, 10.5, 18.5)).isZero();
    assertThat(rounds(2, 18.4, 18.6)).isPositive();
    assertThat(rounds(0, 10.5, 18.5)).as("the others wait as long as their patience").isPositive();
  }

  @Test
  void aSlowWorkerShouldTakeLongerForAWhile() {
    run(40, new Fault.Slow(PeerId.worker(1), 4, 12));
    assertThat(rounds(1, 12, 22)).isBetween(1L, 4L);
    assertThat(rounds(1, 30, 40)).isGreaterThan(6);
  }

  @Test
  void aCutWayShouldLoseWhatGoesThere() {
    run(30, new Fault.Cut(PeerId.worker(0), PeerId.worker(1), 5));
    assertThat(tally.lost()).isBetween(3L, 6L);
    assertThat(mixed(1, 11, 15)).isNotEmpty().allSatisfy(m -> assertThat(m.held()).isEqualTo(1));
  }

  @Test
  void messagesShouldBeLostAlteredAndDoubled() {
    run(30, new Fault.Lose(1, 3));
    assertThat(tally.lost()).isPositive();
    long lost = tally.lost();
    run(30, new Fault.Corrupt(1, 3));
    assertThat(tally.lost()).as("what is altered does not arrive").isEqualTo(lost);
    run(30, new Fault.Duplicate(1, 3));
    assertThat(tally.lost()).isZero();
    assertThat(tally.duplicated()).isPositive();
  }

  @Test
  void aKilledWorkerShouldComeBackAfterItsDowntime() {
    run(40, new Fault.Kill(PeerId.worker(1), 5));
    assertThat(rounds(1, 10.5, 15.5)).isZero();
    assertThat(seen).anyMatch(s -> s.what() instanceof Decision.Joined j && j.incarnation() == 2);
  }

  @Test
  void poisonShouldLeaveTheWorkersModelAsItWas() {
    run(40, new Fault.Poison(PeerId.worker(1), Fault.Venom.NAN, 3));
    assertThat(seen)
        .anyMatch(s ->
            s.who().slot() == 1
                && s.what() instanceof Decision.Refused r
                && r.reason() == Refusal.DIVERGED);
    assertThat(seen)
        .as("nobody was sent a model that is not a number")
        .noneMatch(s ->
            s.who().slot() != 1
                && s.what() instanceof Decision.Refused r
                && r.reason() == Refusal.NOT_FINITE);
  }

  @Test
  void faultsOfAServerShouldBeRefused() {
    assertThatThrownBy(() -> run(3, new Fault.Kill(PeerId.SERVER, 1)))
        .hasMessageContaining("there is no server");
    assertThatThrownBy(() -> run(3, new Fault.Freeze(PeerId.worker(N), 1)))
        .hasMessageContaining("worker-3");
  }
}
