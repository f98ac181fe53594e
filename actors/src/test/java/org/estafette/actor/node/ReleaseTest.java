package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker of three sends NaN, is put into quarantine, and is let out by hand. */
@Timeout(60)
final class ReleaseTest {
  @TempDir Path dir;

  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();

  private Stream<Metric.WorkerEvent> events(Metric.Kind kind) {
    return metrics.stream()
        .filter(m -> m instanceof Metric.WorkerEvent e && e.kind() == kind)
        .map(Metric.WorkerEvent.class::cast);
  }

  private Outcome release(Coordinator coordinator, String worker) throws Exception {
    return coordinator
        .control()
        .release(worker, "ada")
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"async", "sync", "relay"})
  void shouldLetAWorkerOutAndSayWhoDidIt(String strategy) throws Exception {
    String plan =
        "faults { seed = 1, list = [{ kind = poison, who = worker-2, venom = nan, at-version = 1,"
            + " seconds = 1h }] }";
    Path file = Files.writeString(dir.resolve("plan.conf"), plan);
    boolean served = !strategy.equals("relay");
    try (Workshop workshop =
        TinyRuns.workshop(
            TinyRuns.text(dir),
            "strategy",
            strategy,
            "faults.enabled",
            String.valueOf(served),
            "faults.plan",
            served ? '"' + file.toString() + '"' : "\"\"",
            "workers.count",
            "3",
            "tokens",
            "100000000",
            "evaluation.every",
            "1")) {
      Coordinator coordinator =
          Coordinator.start(
              new Coordinator.Plan(
                  System.nanoTime(),
                  workshop,
                  new RunMonitor(workshop.config().tokens(), metrics::add),
                  new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop),
                  null,
                  3,
                  0));
      try (coordinator) {
        if (served) {
          released(coordinator);
        } else {
          assertThat(release(coordinator, "worker-2"))
              .isInstanceOf(Outcome.Conflict.class)
              .satisfies(o -> assertThat(o.detail()).contains("no server"));
        }
        coordinator.control().stop("ada").toCompletableFuture().get(30, TimeUnit.SECONDS);
        coordinator.result().get(45, TimeUnit.SECONDS);
      }
    }
  }

  private void released(Coordinator coordinator) throws Exception {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> events(Metric.Kind.QUARANTINED).findAny().isPresent());
    assertThat(release(coordinator, "worker-0"))
        .isInstanceOf(Outcome.Conflict.class)
        .satisfies(o -> assertThat(o.detail()).startsWith("worker-0 is not in quarantine"));
    for (String name : new String[] {"worker-9", "worker-", "server", "worker-99999999999"}) {
      assertThat(release(coordinator, name))
          .isEqualTo(
              new Outcome.Unknown(
                  "no worker is called "
                      + name
                      + " (expected one that has joined: worker-0, worker-1, worker-2)"));
    }
    assertThat(events(Metric.Kind.RELEASED)).isEmpty();
    assertThat(release(coordinator, "worker-2")).isInstanceOf(Outcome.Done.class);
    assertThat(events(Metric.Kind.RELEASED))
        .singleElement()
        .satisfies(e -> {
          assertThat(e.worker()).isEqualTo("worker-2");
          assertThat(e.reason()).isEqualTo("by hand, by ada: the next one counts again");
        });
    // What it sends is no better than before.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> events(Metric.Kind.QUARANTINED).count() == 2);
  }
}
