package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.IoUtil;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.ChannelException;
import org.estafette.channel.SharedDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that follow each other, several nodes in this JVM. */
@Timeout(120)
final class SuccessionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path dir;
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();

  private Path checkpoints() {
    return dir.resolve("checkpoints");
  }

  private Workshop workshop(String... more) throws Exception {
    return TinyRuns.workshop(TinyRuns.text(dir), more);
  }

  private Coordinator.Plan plan(Workshop workshop, RunCheckpoints checkpoints) {
    return new Coordinator.Plan(
        System.nanoTime(),
        workshop,
        new RunMonitor(workshop.config().tokens(), metrics::add),
        checkpoints,
        null,
        1,
        0);
  }

  private long events(Metric.RunKind kind) {
    return metrics.stream().filter(m -> m instanceof Metric.RunEvent e && e.kind() == kind).count();
  }

  private boolean said(String text) {
    return metrics.stream()
        .anyMatch(m -> m instanceof Metric.RunEvent e && e.text().contains(text));
  }

  @Test
  void shouldStopAServerAsSoonAsAnotherHasTakenItsRunOver() throws Exception {
    try (Workshop workshop = workshop("tokens", "100000000")) {
      RunCheckpoints own = new RunCheckpoints(checkpoints(), 3, "tiny", workshop);
      try (Coordinator former = Coordinator.start(plan(workshop, own))) {
        await().atMost(PATIENCE).until(() -> former.now().version() > 2);
        // What a successor does first, which the former server, frozen or cut off, is not told.
        assertThat(Epochs.claim(checkpoints(), 1, "successor", 9).epoch()).isEqualTo(2);
        assertThatThrownBy(() -> former.result().get(40, TimeUnit.SECONDS))
            .hasMessageContaining("epoch=1 (expected 2): another server has taken this run over");
      }
      assertThat(own.latest().checkpoint()).as("it saved nothing any more").isNull();
    }
  }

  @Test
  void shouldEndTheRunAndSayWhyWhenItsMediaDriverIsGone() throws Exception {
    try (Workshop workshop = workshop("tokens", "100000000")) {
      RunCheckpoints own = new RunCheckpoints(checkpoints(), 3, "tiny", workshop);
      Coordinator.Plan plan = plan(workshop, own);
      try (Coordinator coordinator = Coordinator.start(plan)) {
        await().atMost(PATIENCE).until(() -> coordinator.now().version() > 2);
        Path driver = ChannelConfig.directoryFor("run-" + Long.toHexString(plan.run()));
        assertThat(driver).isDirectory();
        IoUtil.delete(driver.toFile(), false);
        assertThatThrownBy(() -> coordinator.result().get(40, TimeUnit.SECONDS))
            .hasCauseInstanceOf(ChannelException.class)
            .hasMessageContaining("the tensor channel ended")
            .hasMessageContaining("was deleted");
      }
    }
  }

  @Test
  void shouldTrainOnWhileTheDiskIsFullAndSaveAgainWhenThereIsRoom() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    try (Workshop workshop = workshop("tokens", "100000000", "checkpoint.every", "100ms")) {
      RunCheckpoints own = new RunCheckpoints(checkpoints(), 3, "tiny", workshop);
      own.guard((step, path) -> {
        if (full.get() && step.equals("write") && path.toString().contains("state")) {
          throw new IOException("No space left on device");
        }
      });
      try (Coordinator coordinator = Coordinator.start(plan(workshop, own))) {
        await().atMost(PATIENCE).until(() -> events(Metric.RunKind.CHECKPOINT) > 0);
        full.set(true);
        await().atMost(PATIENCE).until(() -> events(Metric.RunKind.CHECKPOINT_FAILED) > 1);
        assertThat(said("No space left on device")).isTrue();
        assertThat(coordinator.view().status().warnings())
            .anyMatch(w -> w.contains("No space left on device"));
        long then = coordinator.now().version();
        await().atMost(PATIENCE).until(() -> coordinator.now().version() > then + 5);
        StoredCheckpoint before = own.latest().checkpoint();
        assertThat(before).as("the former one is whole").isNotNull();
        assertThat(own.latest().corrupt()).isEmpty();
        full.set(false);
        await()
            .atMost(PATIENCE)
            .until(() -> own.latest().checkpoint().version() > before.version());
        await()
            .atMost(PATIENCE)
            .until(() ->
                coordinator.view().status().warnings().stream()
                    .noneMatch(w -> w.contains("No space")));
        coordinator.stop("enough");
        assertThat(coordinator.result().get(40, TimeUnit.SECONDS).failure()).isEmpty();
      }
    }
  }

  /** What a host takes up, with nothing but the checkpoints. */
  private ServerHost.Successor heir(Workshop workshop, RunCheckpoints checkpoints) {
    return new ServerHost.Successor() {
      @Override
      public ServerHost.Inheritance succeed(long epoch) throws IOException {
        StoredCheckpoint from = checkpoints.latest().checkpoint();
        return new ServerHost.Inheritance(
            new RunMonitor(workshop.config().tokens(), metrics::add),
            from == null ? null : checkpoints.read(from),
            RunHome.none("tiny"),
            Behind.NOTHING);
      }

      @Override
      public boolean over() {
        return over.get();
      }
    };
  }

  private ServerHost host(
      Workshop workshop, long run, LauncherNode launcher, SharedDriver driver, String role)
      throws Exception {
    RunCheckpoints own = new RunCheckpoints(checkpoints(), 3, "tiny", workshop);
    return ServerHost.start(
        new ServerHost.Plan(
            run,
            workshop,
            own,
            launcher.address(),
            0,
            driver.directory(),
            List.of(role),
            heir(workshop, own)));
  }

  @Test
  void shouldGoOnAtTheNodeThatStandsByAndKeepTheWorker() throws Exception {
    long run = System.nanoTime();
    String[] settings = {
      "tokens", "100000000",
      "workers.count", "1",
      "checkpoint.every", "100ms",
      "cluster.failure-detection", "quick",
      "management.enabled", "false",
    };
    try (Workshop first = workshop(settings);
        Workshop second = workshop(settings);
        SharedDriver driver =
            SharedDriver.launch(
                ChannelSettings.driver(first.config(), run, "test-" + Long.toHexString(run)));
        LauncherNode launcher = new LauncherNode(first.config());
        ServerHost former = host(first, run, launcher, driver, "server-0")) {
      await().atMost(PATIENCE).until(() -> former.takenOver().isDone());
      WorkerNode.Plan joining =
          new WorkerNode.Plan(
              launcher.address(),
              "127.0.0.1",
              0,
              "worker",
              1,
              0,
              Map.of(
                  "akka.loglevel", "WARNING",
                  "cluster.failure-detection", "quick",
                  "management.enabled", "false"),
              notice -> {});
      try (WorkerNode worker = WorkerNode.start(joining);
          ServerHost standby = host(second, run, launcher, driver, "server-1")) {
        await().atMost(PATIENCE).until(() -> events(Metric.RunKind.CHECKPOINT) > 1);
        assertThat(standby.takenOver().isDone()).isFalse();
        former.close();
        await().atMost(PATIENCE).until(() -> standby.takenOver().isDone());
        assertThat(standby.takenOver().get().epoch()).isEqualTo(2);
        assertThat(said("server of epoch 2 goes on from version")).isTrue();
        long saved = standby.takenOver().get().monitor().now().version();
        await()
            .atMost(PATIENCE)
            .until(() -> standby.takenOver().get().monitor().now().version() > saved + 5);
        assertThat(worker.result().isDone()).as("the worker is still the same").isFalse();
        launcher.dead("worker"); // As those do who cannot reach it any more.
        assertThatThrownBy(() -> worker.result().get(40, TimeUnit.SECONDS))
            .hasCauseInstanceOf(JoinException.class)
            .hasMessageContaining("this node is no longer in the cluster");
        standby.stop("enough");
        Coordinator.Ended ended = standby.result().get(40, TimeUnit.SECONDS);
        assertThat(ended.reason()).isEqualTo("enough");
        assertThat(CheckpointStore.verify(ended.checkpoint()).ok()).isTrue();
        over.set(true);
      }
    }
  }

  @Test
  void shouldSayThatAServerWasPutOutOfTheCluster() throws Exception {
    long run = System.nanoTime();
    String[] settings = {
      "tokens", "100000000",
      "workers.count", "1",
      "cluster.failure-detection", "quick",
      "management.enabled", "false",
    };
    try (Workshop workshop = workshop(settings);
        SharedDriver driver =
            SharedDriver.launch(
                ChannelSettings.driver(workshop.config(), run, "test-" + Long.toHexString(run)));
        LauncherNode launcher = new LauncherNode(workshop.config());
        ServerHost host = host(workshop, run, launcher, driver, "server-0")) {
      await().atMost(PATIENCE).until(() -> host.takenOver().isDone());
      launcher.dead("server-0");
      assertThatThrownBy(() -> host.result().get(40, TimeUnit.SECONDS))
          .hasCauseInstanceOf(JoinException.class)
          .hasMessageContaining("this node is no longer in the cluster");
    }
  }
}
