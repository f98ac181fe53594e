package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sixteen nodes of this JVM that join at once, and two coordinators that would begin a cluster. */
@Tag("nightly")
@Timeout(600)
final class JoinStormTest {
  private static final int NODES = 16;
  private static final Duration LONG = Duration.ofSeconds(240);

  /** All of them share this machine's cores: who is silent for long is not dead. */
  private static final String SILENCE = "akka.cluster.failure-detector.acceptable-heartbeat-pause";

  @TempDir Path dir;
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
  private final Queue<String> notices = new ConcurrentLinkedQueue<>();
  private final List<StayingNode> nodes = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch go = new CountDownLatch(1);
  private long run = System.nanoTime();

  @AfterEach
  void endNodes() throws Exception {
    go.countDown();
    nodes.forEach(StayingNode::leave);
    for (Thread t : threads) {
      t.join(Duration.ofSeconds(60));
      assertThat(t.isAlive()).as(t.getName()).isFalse();
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private void node(String seeds, String key) {
    Map<String, String> own =
        Map.of("akka.loglevel", "WARNING", "management.enabled", "false", SILENCE, "20s");
    StayingNode node =
        new StayingNode(new WorkerNode.Plan(seeds, "127.0.0.1", 0, key, 1, 0, own, notices::add));
    nodes.add(node);
    threads.add(
        Thread.ofPlatform()
            .name("staying-" + key)
            .start(() -> {
              try {
                go.await();
                node.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
  }

  private Workshop workshop(int port, String seeds) throws Exception {
    return TinyRuns.workshop(
        TinyRuns.text(dir),
        "tokens",
        "100000000",
        "cluster.port",
        Integer.toString(port),
        "cluster.join",
        '"' + seeds + '"',
        "cluster.patience",
        "200s",
        SILENCE,
        "20s",
        "workers.speeds",
        Collections.nCopies(NODES, 0.05).toString(),
        "workers.count",
        Integer.toString(NODES));
  }

  private Coordinator.Plan plan(long number, Workshop workshop, @Nullable ServerState resume)
      throws Exception {
    RunCheckpoints checkpoints = checkpoints(number == run ? "checkpoints" : "twin", workshop);
    if (resume != null) {
      checkpoints.latest();
    }
    return new Coordinator.Plan(
        number,
        workshop,
        new RunMonitor(workshop.config().tokens(), metrics::add),
        checkpoints,
        resume,
        0,
        NODES);
  }

  private RunCheckpoints checkpoints(String folder, Workshop workshop) throws Exception {
    return new RunCheckpoints(dir.resolve(folder), 3, "tiny", workshop);
  }

  private Set<String> pushed() {
    return metrics.stream()
        .filter(m -> m instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED)
        .map(m -> ((Metric.PushRecord) m).worker())
        .collect(Collectors.toSet());
  }

  @Test
  void shouldBeOneClusterThatTrainsThoughItsSeedIsRestartedWhileTheyJoin() throws Exception {
    int first = freePort();
    int second = freePort();
    String seeds = "127.0.0.1:" + first + ",127.0.0.1:" + second;
    for (int i = 0; i < NODES; i++) {
      node(seeds, "node-" + i);
    }
    ServerState saved;
    try (Workshop one = workshop(first, seeds);
        Workshop two = workshop(second, seeds)) {
      go.countDown();
      try (Coordinator twin = Coordinator.start(plan(run - 1, two, null));
          Coordinator coordinator = Coordinator.start(plan(run, one, null))) {
        coordinator.begun().get(200, TimeUnit.SECONDS);
        assertThatThrownBy(() -> twin.result().get(200, TimeUnit.SECONDS))
            .hasCauseInstanceOf(JoinException.class)
            .hasMessageContaining("runs already at 127.0.0.1:" + first);
        assertThat(twin.begun()).as("it began no cluster of its own").isNotDone();
        // While some are in and others are not.
        await().atMost(LONG).until(() -> !pushed().isEmpty());
        coordinator.stop("restart");
        saved =
            checkpoints("checkpoints", one)
                .read(
                    CheckpointStore.open(
                        coordinator.result().get(200, TimeUnit.SECONDS).checkpoint()));
      }
    }
    run++;
    metrics.clear();
    try (Workshop one = workshop(first, seeds);
        Coordinator coordinator = Coordinator.start(plan(run, one, saved))) {
      // Each of them has one node at a time: when all are members here, there is no other cluster.
      await().atMost(LONG).until(() -> coordinator.upMembers().size() == NODES + 1);
      await().atMost(LONG).until(() -> coordinator.now().workers() == NODES);
      await().atMost(LONG).until(() -> pushed().size() == NODES);
      assertThat(coordinator.upMembers()).hasSize(NODES + 1);
      coordinator.stop("enough");
      Coordinator.Ended ended = coordinator.result().get(200, TimeUnit.SECONDS);
      ServerState end =
          checkpoints("checkpoints", one).read(CheckpointStore.open(ended.checkpoint()));
      assertThat(end.epoch()).isEqualTo(saved.epoch() + 1);
      assertThat(end.version()).isGreaterThan(saved.version());
    }
  }
}
