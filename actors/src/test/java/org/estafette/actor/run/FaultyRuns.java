package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.actor.record.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a run under faults promises, whatever carries it out: the simulator and the actors have one
 * subclass each.
 */
public abstract class FaultyRuns {
  private static final int STEPS = 400;

  /** For the run's files. */
  @TempDir protected Path dir;

  /**
   * A run that has ended.
   *
   * @param metrics all lines
   * @param now where it stood
   * @param finished whether it used up its budget
   */
  public record Ended(List<Metric> metrics, RunMonitor.Snapshot now, boolean finished) {
    Stream<Metric.FaultRecord> faults(String phase) {
      return metrics.stream()
          .filter(m -> m instanceof Metric.FaultRecord f && f.phase().equals(phase))
          .map(Metric.FaultRecord.class::cast);
    }

    Stream<Metric.PushRecord> pushes() {
      return metrics.stream()
          .filter(Metric.PushRecord.class::isInstance)
          .map(Metric.PushRecord.class::cast);
    }
  }

  /** Runs it to its end with two workers. */
  protected abstract Ended run(Workshop workshop) throws Exception;

  private Ended run(String faults, String... settings) throws Exception {
    Path plan = Files.writeString(dir.resolve("plan.conf"), "faults { seed = 3, " + faults + " }");
    String[] all = {
      "faults.enabled", "true",
      "faults.plan", '"' + plan.toString() + '"',
      "workers.patience", "100ms",
      // Virtual steps as short as real ones are.
      "workers.step-seconds", "0.002",
      "strategy", "async"
    };
    String[] both = Stream.concat(Stream.of(all), Stream.of(settings)).toArray(String[]::new);
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), both)) {
      Ended ended = run(workshop);
      assertThat(ended.finished()).as("used up its budget").isTrue();
      assertThat(
              ended
                  .pushes()
                  .filter(p -> p.outcome() != Metric.Outcome.REFUSED)
                  .mapToInt(Metric.PushRecord::steps)
                  .sum())
          .as("each step counts once")
          .isEqualTo(STEPS)
          .isEqualTo((int) ended.now().localSteps());
      assertThat(ended.now().trainLoss()).isFinite();
      return ended;
    }
  }

  @Test
  void shouldCountEachRoundOnceWhereMessagesAreLostDoubledHeldBackAndDamaged() throws Exception {
    Ended ended =
        run(
            """
            list = [
              { kind = lose, probability = 0.1, at = 0, seconds = 1h }
              { kind = duplicate, probability = 0.2, at = 0, seconds = 1h }
              { kind = reorder, probability = 0.2, most = 20ms, at = 0, seconds = 1h }
              { kind = delay, most = 2ms, at = 0, seconds = 1h }
              { kind = corrupt, probability = 0.1, at = 0, seconds = 1h }
            ]
            """,
            "local-steps.count",
            "20");
    assertThat(ended.faults("began").map(Metric.FaultRecord::kind))
        .containsExactlyInAnyOrder("lose", "duplicate", "reorder", "delay", "corrupt");
    // Where a fault outlives its run, what it did is told when the run ends.
    assertThat(ended.faults("ended").filter(f -> f.met() > 0).map(Metric.FaultRecord::kind))
        .containsExactlyInAnyOrder("lose", "duplicate", "reorder", "delay", "corrupt");
    assertThat(
            ended
                .pushes()
                .filter(p -> p.outcome() == Metric.Outcome.REFUSED)
                .map(Metric.PushRecord::reason))
        .allMatch(reason -> reason.startsWith("duplicate"));
  }

  @Test
  void shouldCountEachRoundOnceWhereWorkersGoOnWhileTheirPushesTravel() throws Exception {
    Ended ended =
        run(
            """
            list = [
              { kind = lose, probability = 0.1, at = 0, seconds = 1h }
              { kind = duplicate, probability = 0.2, at = 0, seconds = 1h }
              { kind = reorder, probability = 0.2, most = 20ms, at = 0, seconds = 1h }
              { kind = delay, most = 2ms, at = 0, seconds = 1h }
              { kind = poison, who = worker-0, venom = nan, at-version = 1, seconds = 1s }
              { kind = kill, who = worker-1, at-version = 8, downtime = 20ms }
            ]
            """,
            "exchange.overlap",
            "true");
    assertThat(ended.faults("began").map(Metric.FaultRecord::kind)).contains("lose", "kill");
    assertThat(
            ended
                .pushes()
                .filter(p -> p.outcome() == Metric.Outcome.REFUSED)
                .map(Metric.PushRecord::reason))
        .anyMatch(reason -> reason.contains("not_finite"));
    // What followed a push that could not be used was for nothing, and is told.
    assertThat(ended.metrics())
        .anyMatch(m ->
            m instanceof Metric.WorkerEvent e
                && e.kind() == Metric.Kind.NOTE
                && e.worker().equals("worker-0")
                && e.reason().contains("taken for nothing: the push before was refused"));
  }

  @Test
  void shouldGoOnWithAnotherWorkerWhereOneIsKilledAtAVersion() throws Exception {
    Ended ended = run("list = [{ kind = kill, who = worker-1, at-version = 5, downtime = 20ms }]");
    assertThat(ended.faults("began"))
        .singleElement()
        .satisfies(f -> {
          assertThat(f.worker()).isEqualTo("worker-1");
          assertThat(f.reason()).startsWith("worker-1 is killed");
        });
    assertThat(ended.metrics())
        .anyMatch(m ->
            m instanceof Metric.WorkerEvent e
                && e.kind() == Metric.Kind.LOST
                && e.worker().equals("worker-1"));
  }

  @Test
  void shouldRefuseWhatIsNoNumberAndGoOnWithTheOthers() throws Exception {
    Ended ended =
        run(
            "list = [{ kind = poison, who = worker-0, venom = nan, at-version = 1, seconds = 1s"
                + " }]");
    List<Metric.PushRecord> refused =
        ended.pushes().filter(p -> p.outcome() == Metric.Outcome.REFUSED).toList();
    assertThat(refused)
        .isNotEmpty()
        .allMatch(p -> p.worker().equals("worker-0") && p.reason().contains("not_finite"));
    assertThat(ended.faults("ended").filter(f -> f.kind().equals("poison")))
        .singleElement()
        .satisfies(f -> assertThat(f.met()).isPositive());
  }

  @Test
  void shouldGoOnWhereOneWorkerIsFrozenAndOneIsSlowAndAPartitionHeals() throws Exception {
    Ended ended =
        run(
            """
            list = [
              { kind = freeze, who = worker-0, at-version = 2, seconds = 150ms }
              { kind = slow, who = worker-1, factor = 3, at-version = 2, seconds = 100ms }
              { kind = partition, side = [worker-1], at-version = 4, seconds = 150ms }
            ]
            """);
    assertThat(ended.faults("began").map(Metric.FaultRecord::kind))
        .containsExactlyInAnyOrder("freeze", "slow", "partition");
    assertThat(ended.faults("ended").map(Metric.FaultRecord::kind))
        .containsExactlyInAnyOrder("freeze", "slow", "partition");
  }

  @Test
  void shouldSayPlainlyWhatItCannotBringAbout() throws Exception {
    Ended ended =
        run(
            """
            list = [
              { kind = skew-clock, who = server, offset = 60, at = 0, seconds = 1 }
            ]
            """);
    assertThat(ended.faults("not-carried-out"))
        .hasSize(1)
        .allMatch(f -> f.reason().startsWith(f.kind() + " is not carried out here: "));
    assertThat(ended.faults("began")).isEmpty();
  }
}
