package org.estafette.simulation.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.mailbox.DelayedNesterovQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultEvent;
import org.estafette.fault.FaultKind;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.RandomMix;
import org.estafette.history.History;
import org.estafette.history.HistoryChecker;
import org.estafette.history.Replay;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.Simulator;
import org.estafette.simulation.StepTime;
import org.estafette.simulation.WorkerSetup;
import org.junit.jupiter.api.Test;

/** Plans with faults of every kind, at times and at versions, over many seeds. */
final class PlannedFaultsTest {
  private static final int SEEDS = 150;
  private static final double SECONDS = 60;

  private final Map<FaultKind, Long> met = new EnumMap<>(FaultKind.class);

  private static FaultPlan plan(ChaosCase run) {
    FaultPlan random =
        new RandomMix(run.workers(), 0, SECONDS, 1.2, 0.5, 4, true, List.of(FaultKind.values()))
            .plan(run.seed());
    // Some of them wait for a version instead of a time.
    List<FaultPlan.Timed> timed = new ArrayList<>();
    List<FaultPlan.AtVersion> versioned = new ArrayList<>();
    for (FaultPlan.Timed t : random.faults()) {
      if (versioned.size() < 10 && timed.size() % 4 == 3) {
        versioned.add(new FaultPlan.AtVersion(1 + 3L * versioned.size(), t.fault()));
      } else {
        timed.add(t);
      }
    }
    return new FaultPlan(run.seed(), timed, versioned);
  }

  @Test
  void shouldBreakNoPromiseAndTellOfEachFaultHowItBeganAndEnded() {
    for (long seed = 0; seed < SEEDS; seed++) {
      run(seed);
    }
    for (FaultKind kind : FaultKind.values()) {
      boolean carriedOut =
          kind != FaultKind.FILL_SHM
              && kind != FaultKind.KILL_DRIVER
              && kind != FaultKind.SKEW_CLOCK;
      assertThat(met.getOrDefault(kind, 0L) > 0).as(kind.word()).isEqualTo(carriedOut);
    }
  }

  private void run(long seed) {
    ChaosCase run = ChaosCase.of(seed);
    String again = "seed " + seed + " (" + getClass().getSimpleName() + ".run(" + seed + "))";
    VectorPool pool = VectorPool.unbounded("planned", Precision.FLOAT64, ChaosCase.DIMENSION);
    History history = new History(true);
    List<Server> servers = new ArrayList<>();
    List<LocalTrainer> trainers = new ArrayList<>();
    Map<Long, List<FaultEvent>> events = new HashMap<>();
    SimulationPlan plan =
        new SimulationPlan(
                run.workers(),
                new DelayedNesterovQueue(QueueOptions.of(4, ChaosCase.PERIOD)),
                run.secondsPerUpdate(),
                0.7,
                List.of())
            .with(plan(run), run.saveEvery());
    try (Simulator simulator =
        new Simulator(
            plan,
            () -> {
              servers.add(run.server());
              return servers.getLast();
            },
            (slot, life) -> {
              trainers.add(run.trainer());
              return new WorkerSetup(
                  new AsyncWorker(1, run.patience(), Double.NaN),
                  trainers.getLast(),
                  StepTime.constant(0.1 + 0.05 * slot),
                  new Link(0.05, 0.001));
            },
            pool::lease,
            (at, who, decision) -> {},
            history,
            (at, e) -> events.computeIfAbsent(e.id(), id -> new ArrayList<>()).add(e))) {
      simulator.start();
      simulator.run(20_000, () -> servers.getLast().finished());
      simulator.run(Math.max(simulator.now(), SECONDS) + 200, () -> false);
      simulator.endFaults();
      assertThat(servers.getLast().finished()).as(again).isTrue();
      assertThat(HistoryChecker.check(history, !run.synchronous(), List.of())).as(again).isEmpty();
      assertThat(
              Replay.compare(
                  history,
                  run.first(),
                  run.outer(),
                  run.synchronous(),
                  servers.getLast().parameters()))
          .as(again)
          .isNull();
    } finally {
      trainers.forEach(LocalTrainer::close);
    }
    assertThat(pool.outstanding()).as(again).isZero();
    check(events.values(), again);
  }

  private void check(Iterable<List<FaultEvent>> faults, String again) {
    for (List<FaultEvent> told : faults) {
      FaultEvent first = told.getFirst();
      if (first.phase() == FaultEvent.Phase.NOT_CARRIED_OUT) {
        assertThat(told).as(again).hasSize(1);
        continue;
      }
      assertThat(told.stream().map(FaultEvent::phase))
          .as(again + ": " + FaultKind.text(first.fault()))
          .containsExactly(FaultEvent.Phase.BEGAN, FaultEvent.Phase.ENDED);
      FaultEvent last = told.getLast();
      boolean death = first.fault() instanceof Fault.Kill;
      met.merge(FaultKind.of(first.fault()), death ? 1 : last.met(), Long::sum);
    }
  }
}
