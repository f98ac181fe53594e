package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import org.estafette.actor.record.Wasted;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.junit.jupiter.api.Test;

final class RunMonitorTest {
  private static RunMonitor monitor() {
    return new RunMonitor(1000, metric -> {});
  }

  private static void giveUp(RunMonitor monitor, int steps, long tokens) {
    monitor.decided(1, new Decision.Wasted(PeerId.worker(1), 1, 7, steps, tokens, "too stale"));
  }

  @Test
  void shouldTellOfNoWastedStepsWhereNoneWere() {
    assertThat(monitor().now().wasted()).isNull();
  }

  @Test
  void shouldAddUpTheStepsOfRoundsThatWereGivenUp() {
    RunMonitor monitor = monitor();
    giveUp(monitor, 12, 1536);
    giveUp(monitor, 3, 384);
    assertThat(monitor.now().wasted()).isEqualTo(new Wasted(15, 1920));
  }

  @Test
  void shouldGoOnAddingUpInAResumedRun() throws Exception {
    RunMonitor first = monitor();
    giveUp(first, 12, 1536);
    JsonMapper json = JsonMapper.builder().build();
    RunTally saved = json.readValue(json.writeValueAsBytes(first.tally()), RunTally.class);
    RunMonitor second = monitor();
    second.before(saved);
    giveUp(second, 3, 384);
    assertThat(second.now().wasted()).isEqualTo(new Wasted(15, 1920));
  }
}
