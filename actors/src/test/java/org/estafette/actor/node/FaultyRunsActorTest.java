package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.FaultyRuns;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.Timeout;

/** With actors and the tensor channel, in this JVM. */
@Timeout(60)
final class FaultyRunsActorTest extends FaultyRuns {
  @Override
  protected Ended run(Workshop workshop) throws Exception {
    Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
    RunMonitor monitor = new RunMonitor(workshop.config().tokens(), metrics::add);
    Coordinator coordinator =
        Coordinator.start(
            new Coordinator.Plan(
                System.nanoTime(),
                workshop,
                monitor,
                new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop),
                null,
                2,
                0));
    boolean finished;
    try (coordinator) {
      finished = coordinator.result().get(45, TimeUnit.SECONDS).finished();
    }
    assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    return new Ended(List.copyOf(metrics), monitor.now(), finished);
  }
}
