package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.CountingModel;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loopback addresses as machines: each has its own, and its node binds to no other. */
@Timeout(240)
final class SeveralHostsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  @TempDir Path dir;
  private Path text = Path.of("");
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
  private final List<StayingNode> nodes = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private long run = System.nanoTime();

  @BeforeEach
  void writeText() throws Exception {
    text = TinyRuns.text(dir);
  }

  @AfterEach
  void endNodes() throws Exception {
    nodes.forEach(StayingNode::close);
    for (Thread t : threads) {
      t.join(Duration.ofSeconds(40));
      assertThat(t.isAlive()).as(t.getName()).isFalse();
    }
  }

  private static int freePort(String host) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    }
  }

  private Workshop workshop(String host, int port, String... more) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "tokens",
                "100000000",
                "cluster.host",
                host,
                "cluster.port",
                Integer.toString(port),
                "workers.count",
                "2"));
    all.addAll(List.of(more));
    return TinyRuns.workshop(text, all.toArray(String[]::new));
  }

  private Coordinator.Plan plan(Workshop workshop, @Nullable ServerState resume, int more)
      throws Exception {
    return plan(run, workshop, resume, more);
  }

  private Coordinator.Plan plan(
      long number, Workshop workshop, @Nullable ServerState resume, int more) throws Exception {
    RunCheckpoints checkpoints =
        new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop);
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
        more);
  }

  private StayingNode node(String join, String host, String key) {
    // Who is there before the coordinator asks again soon.
    Map<String, String> own =
        Map.of("akka.loglevel", "WARNING", "akka.cluster.seed-node-timeout", "1s");
    StayingNode node =
        new StayingNode(new WorkerNode.Plan(join, host, 0, key, 1, 0, own, notice -> {}));
    nodes.add(node);
    Thread thread =
        Thread.ofPlatform()
            .name("staying-" + key)
            .start(() -> {
              try {
                node.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    threads.add(thread);
    return node;
  }

  private long accepted(String worker) {
    return metrics.stream()
        .filter(m ->
            m instanceof Metric.PushRecord p
                && p.worker().equals(worker)
                && p.outcome() != Metric.Outcome.REFUSED)
        .count();
  }

  private static List<String> hosts(Coordinator coordinator) {
    return coordinator.upMembers().stream().map(m -> m.replaceFirst(":.*", "")).toList();
  }

  private void awaitPushes(String worker) {
    long before = accepted(worker);
    await().atMost(LONG).until(() -> accepted(worker) > before + 1);
  }

  @Test
  void shouldStartJoinTrainLeaveAndRejoinWithMembersAndWorkersAgreeing() throws Exception {
    int port = freePort("127.0.0.2");
    Path seeds = dir.resolve("seeds");
    // Nodes may be there before the coordinator, and before anybody wrote down where it is.
    StayingNode second = node("file:" + seeds, "127.0.0.4", "two");
    try (Workshop workshop = workshop("127.0.0.2", port);
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 2))) {
      Files.writeString(seeds, coordinator.address() + "\n");
      awaitPushes("worker-0");
      node(coordinator.address(), "auto", "one");
      awaitPushes("worker-1");
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(hosts(coordinator))
                  .as("127.0.0.1 is what a node on loopback chooses itself")
                  .containsExactly("127.0.0.1", "127.0.0.2", "127.0.0.4"));
      await().atMost(LONG).until(() -> coordinator.now().workers() == 2);

      second.leave();
      await().atMost(LONG).until(() -> coordinator.now().workers() == 1);
      await()
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(hosts(coordinator)).containsExactly("127.0.0.1", "127.0.0.2"));
      long left = accepted("worker-0");
      awaitPushes("worker-1");
      assertThat(accepted("worker-0")).as("pushes of a worker that has left").isEqualTo(left);

      node(coordinator.address(), "127.0.0.5", "two");
      awaitPushes("worker-0");
      assertThat(coordinator.now().workers()).isEqualTo(2);
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(hosts(coordinator))
                  .containsExactly("127.0.0.1", "127.0.0.2", "127.0.0.5"));
      coordinator.stop("enough");
      assertThat(coordinator.result().get(90, TimeUnit.SECONDS).reason()).isEqualTo("enough");
    }
  }

  @Test
  void shouldRestartTheCoordinatorAtItsAddressWithoutLosingAnAcceptedUpdate() throws Exception {
    int port = freePort("127.0.0.2");
    node("127.0.0.2:" + port, "127.0.0.3", "one");
    node("127.0.0.2:" + port, "127.0.0.4", "two");
    ServerState saved;
    long steps = 0;
    try (Workshop workshop = workshop("127.0.0.2", port);
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 2))) {
      awaitPushes("worker-0");
      awaitPushes("worker-1");
      coordinator.stop("interrupted");
      Coordinator.Ended ended = coordinator.result().get(90, TimeUnit.SECONDS);
      assertThat(ended.checkpoint()).isNotNull();
      saved =
          new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop)
              .read(CheckpointStore.open(ended.checkpoint()));
      for (Metric m : metrics) {
        if (m instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED) {
          steps += p.steps();
        }
      }
    }
    assertThat(saved.localSteps()).as("steps of all accepted pushes are saved").isEqualTo(steps);
    run++;
    metrics.clear();
    try (Workshop workshop = workshop("127.0.0.2", port);
        Coordinator coordinator = Coordinator.start(plan(workshop, saved, 2))) {
      awaitPushes("worker-0");
      awaitPushes("worker-1");
      coordinator.stop("enough");
      Coordinator.Ended ended = coordinator.result().get(90, TimeUnit.SECONDS);
      ServerState again =
          new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop)
              .read(CheckpointStore.open(java.util.Objects.requireNonNull(ended.checkpoint())));
      long more = 0;
      long applied = 0;
      for (Metric m : metrics) {
        if (m instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED) {
          more += p.steps();
          applied++;
        }
      }
      assertThat(again.localSteps()).isEqualTo(steps + more);
      assertThat(again.version()).isEqualTo(saved.version() + applied);
      assertThat(again.epoch()).isEqualTo(saved.epoch() + 1);
    }
  }

  @Test
  void shouldNotBeginASecondRunWithTheSeedsOfOneThatRuns() throws Exception {
    int first = freePort("127.0.0.2");
    int second = freePort("127.0.0.3");
    // How long the first seed waits for the others before it begins a cluster.
    String[] seeds = {
      "cluster.join",
      "\"127.0.0.2:" + first + ",127.0.0.3:" + second + '"',
      "akka.cluster.seed-node-timeout",
      "1s",
    };
    try (Workshop one = workshop("127.0.0.2", first, seeds);
        Workshop two = workshop("127.0.0.3", second, seeds)) {
      // The other one before the first: which of them begins does not depend on that.
      Coordinator twin = Coordinator.start(plan(run - 1, two, null, 1));
      // Who is refused ends first, as its process would: there is nobody to hand a server over to.
      try (Coordinator coordinator = Coordinator.start(plan(run, one, null, 1));
          twin) {
        assertThatThrownBy(() -> twin.result().get(90, TimeUnit.SECONDS))
            .hasCauseInstanceOf(JoinException.class)
            .hasMessageContaining("run \"run\" (" + Long.toHexString(run) + ")")
            .hasMessageContaining("estafette node --join 127.0.0.2:" + first);
        assertThat(twin.begun()).isNotDone();
        coordinator.begun().get(10, TimeUnit.SECONDS);
        assertThat(coordinator.result()).isNotDone();
      }
    }
  }

  @Test
  void shouldNotBeginAClusterWhoseFirstSeedIsAnotherNode() throws Exception {
    int nobody = freePort("127.0.0.3");
    try (Workshop workshop =
            workshop(
                "127.0.0.2",
                0,
                "cluster.join",
                "\"127.0.0.3:" + nobody + "\"",
                "cluster.patience",
                "1s");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 1))) {
      assertThatThrownBy(() -> coordinator.result().get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(JoinException.class)
          .hasMessageContaining("no cluster found by cluster.join = 127.0.0.3:" + nobody)
          .hasMessageContaining("its own address is the first");
    }
  }

  @Test
  void shouldHandInItsRoundWhenItIsAskedToLeave() throws Exception {
    int port = freePort("127.0.0.2");
    String counter = "leave-" + System.nanoTime();
    // Its third round stands after five of its ten steps, until it was asked to leave.
    try (Workshop workshop =
            workshop(
                "127.0.0.2",
                port,
                "local-steps.count",
                "10",
                "local-steps.dynamic",
                "false",
                "model.kind",
                CountingModel.class.getName(),
                "model.options.counter",
                counter,
                "model.options.holds",
                "estafette-",
                "model.options.hold-from",
                "25");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 1))) {
      Map<String, String> overrides = new HashMap<>(Map.of("akka.loglevel", "WARNING"));
      overrides.put("cluster.leave-within", "80s");
      try (WorkerNode node =
          WorkerNode.start(
              new WorkerNode.Plan(
                  coordinator.address(), "127.0.0.3", 0, "one", 1, 0, overrides, n -> {}))) {
        await().atMost(LONG).until(() -> CountingModel.steps(counter) > 25);
        long before = accepted("worker-0");
        node.leave();
        CountingModel.release(counter);
        assertThat(before).isEqualTo(2);
        node.result().get(90, TimeUnit.SECONDS);
        await().atMost(LONG).until(() -> coordinator.now().workers() == 0);
        assertThat(accepted("worker-0")).as("with the round that was under way").isGreaterThan(2);
      }
    }
  }
}
