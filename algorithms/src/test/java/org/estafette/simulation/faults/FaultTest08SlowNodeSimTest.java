package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 8. A worker is slowed down, or stands still for a while. */
class FaultTest08SlowNodeSimTest {
  private static final double BEGINS = 5;

  @ParameterizedTest
  @ValueSource(doubles = {2, 10})
  void aSlowWorkerShouldSlowNobodyAndBeGivenFewerSteps(double factor) {
    ServerRig.Outcome control = ServerRig.adaptive(FaultPlan.NONE).good();
    Seeds.each(
        20,
        getClass(),
        seed -> {
          int slow = (int) CounterRandom.below(seed, 1, ServerRig.WORKERS);
          ServerRig.Outcome run =
              ServerRig.adaptive(
                      ServerRig.plan(
                          seed,
                          ServerRig.at(
                              BEGINS, new Fault.Slow(ServerRig.worker(slow), factor, 4000))))
                  .good();
          run.within(5, control);
          double until = Math.min(control.seconds(), run.seconds());
          others(slow, until, control, run);
          List<Integer> steps =
              run.decisions().stream()
                  .filter(d -> d.at() > BEGINS + 15)
                  .map(ServerRig.Decided::what)
                  .filter(d -> d instanceof Decision.Assigned a && a.worker().slot() == slow)
                  .map(d -> ((Decision.Assigned) d).assignment().order().steps())
                  .toList();
          assertThat(steps).isNotEmpty().allMatch(n -> n <= Math.max(1, 5 / factor + 0.5));
        });
  }

  @ParameterizedTest
  @ValueSource(doubles = {5, 20})
  void aFrozenWorkerShouldStopNobodyAndItsOldPushCountLess(double seconds) {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        20,
        getClass(),
        seed -> {
          int frozen = (int) CounterRandom.below(seed, 1, ServerRig.WORKERS);
          double begins = BEGINS + CounterRandom.uniform(seed, 2);
          ServerRig.Outcome run =
              ServerRig.asynchronous(
                      ServerRig.plan(
                          seed,
                          ServerRig.at(
                              begins, new Fault.Freeze(ServerRig.worker(frozen), seconds))))
                  .good();
          run.within(5, control);
          others(frozen, begins + seconds, control, run);
          Decision.Applied first =
              run.decisions().stream()
                  .filter(d -> d.at() >= begins + seconds)
                  .map(ServerRig.Decided::what)
                  .filter(
                      d -> d instanceof Decision.Applied a && a.header().sender().slot() == frozen)
                  .map(d -> (Decision.Applied) d)
                  .findFirst()
                  .orElseThrow();
          assertThat(first.staleness()).isGreaterThan(10);
          assertThat(first.weight())
              .isLessThanOrEqualTo(Math.pow(1 + first.staleness(), -0.5) + 1e-12);
        });
  }

  /** The others' rates fall by less than five of a hundred. */
  private static void others(
      int slot, double until, ServerRig.Outcome control, ServerRig.Outcome run) {
    for (int other = 0; other < ServerRig.WORKERS; other++) {
      if (other != slot) {
        assertThat(steps(run, other, until))
            .as("steps of worker %d until %s s", other, until)
            .isGreaterThan(0.95 * steps(control, other, until));
      }
    }
  }

  private static double steps(ServerRig.Outcome run, int slot, double until) {
    return run.decisions().stream()
        .filter(d -> d.at() < until)
        .map(ServerRig.Decided::what)
        .filter(d -> d instanceof Decision.Applied a && a.header().sender().slot() == slot)
        .mapToDouble(d -> ((Decision.Applied) d).report().steps())
        .sum();
  }
}
