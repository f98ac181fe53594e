package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.junit.jupiter.api.Test;

/** 1. A worker is killed within a phase. */
class FaultTest01KilledWorkerSimTest {
  /** The slowest phase of an undisturbed worker, with both its messages, and a little more. */
  private static final double PHASE_SECONDS = 5 * 0.13 + 0.1;

  @Test
  void aKilledWorkerShouldCostAtMostItsPhaseAndStopNobody() {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        60,
        getClass(),
        seed -> {
          int victim = (int) CounterRandom.below(seed, 1, ServerRig.WORKERS);
          double dies = 1 + 20 * CounterRandom.uniform(seed, 2);
          double downtime = 0.5 + 5 * CounterRandom.uniform(seed, 3);
          ServerRig.Outcome run =
              ServerRig.asynchronous(
                      ServerRig.plan(
                          seed,
                          ServerRig.at(dies, new Fault.Kill(ServerRig.worker(victim), downtime))))
                  .good();
          run.within(5, control);
          List<Decision.Left> left = run.decided(Decision.Left.class);
          assertThat(left)
              .isNotEmpty()
              .allSatisfy(l -> {
                assertThat(l.worker().slot()).isEqualTo(victim);
                assertThat(l.stepsLost()).isLessThanOrEqualTo(ServerRig.PHASE);
              });
          assertThat(run.applied(victim))
              .as("the replacement contributes soon")
              .anyMatch(at -> at > dies + downtime && at < dies + downtime + 30);
          for (int slot = 0; slot < ServerRig.WORKERS; slot++) {
            if (slot != victim) {
              List<Double> times = run.applied(slot);
              for (int i = 1; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - 1))
                    .as("pause of worker %d at %s s", slot, times.get(i))
                    .isLessThan(PHASE_SECONDS);
              }
            }
          }
        });
  }

  @Test
  void synchronousRoundsShouldGoOnWithoutIt() {
    ServerRig.Outcome control = ServerRig.synchronous(FaultPlan.NONE).good();
    Seeds.each(
        40,
        getClass(),
        seed -> {
          int victim = (int) CounterRandom.below(seed, 1, ServerRig.WORKERS);
          double dies = 1 + 20 * CounterRandom.uniform(seed, 2);
          ServerRig.synchronous(
                  ServerRig.plan(
                      seed,
                      ServerRig.at(
                          dies,
                          new Fault.Kill(ServerRig.worker(victim), Double.POSITIVE_INFINITY))))
              .good()
              .within(5, control);
        });
  }
}
