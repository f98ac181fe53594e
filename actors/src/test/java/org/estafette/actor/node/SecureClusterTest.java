package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigUtil;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.security.KeyMaker;
import org.estafette.actor.security.TlsProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who has the cluster's keys takes part; nobody else does, and each is told why. */
@Timeout(90)
final class SecureClusterTest {
  private static final String FOR_EVER = "100000000";

  @TempDir Path dir;
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
  private Path text = Path.of("");
  private Path keys = Path.of("");

  @BeforeEach
  void make() throws Exception {
    text = TinyRuns.text(dir);
    keys = dir.resolve("keys");
    KeyMaker.create(keys, List.of(), 30, false);
  }

  private Workshop workshop(@Nullable Path folder, String tokens) throws Exception {
    return folder == null
        ? TinyRuns.workshop(text, "tokens", tokens)
        : TinyRuns.workshop(text, "tokens", tokens, "security.keys", quoted(folder));
  }

  private static String quoted(Path path) {
    return ConfigUtil.quoteString(path.toString());
  }

  private Coordinator coordinator(Workshop workshop) throws Exception {
    return Coordinator.start(
        new Coordinator.Plan(
            System.nanoTime(),
            workshop,
            new RunMonitor(workshop.config().tokens(), metrics::add),
            new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop),
            null,
            1,
            1));
  }

  private static WorkerNode join(Coordinator coordinator, @Nullable Path folder) {
    Map<String, String> settings = new HashMap<>(Map.of("akka.loglevel", "WARNING"));
    if (folder != null) {
      settings.put("security.keys", quoted(folder));
    }
    return WorkerNode.start(
        new WorkerNode.Plan(
            coordinator.address(), "127.0.0.1", 0, "joined", 1, 1, settings, notice -> {}));
  }

  private long accepted(String worker) {
    return metrics.stream()
        .filter(m ->
            m instanceof Metric.PushRecord p
                && p.worker().equals(worker)
                && p.outcome() != Metric.Outcome.REFUSED)
        .count();
  }

  private static InetSocketAddress address(Coordinator coordinator) {
    String[] parts = coordinator.address().split(":");
    return InetSocketAddress.createUnresolved(parts[0], Integer.parseInt(parts[1]));
  }

  private static String refusal(WorkerNode node) {
    try {
      node.result().get(30, TimeUnit.SECONDS);
      throw new AssertionError("the node ended as if all were well");
    } catch (java.util.concurrent.ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(ConfigException.class);
      return String.valueOf(e.getCause().getMessage());
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError("the node was not told why it cannot join", e);
    }
  }

  @Test
  void shouldTrainWithNodesThatHaveKeysOfOneAuthority() throws Exception {
    Path other = dir.resolve("other");
    KeyMaker.add(keys, other, List.of("127.0.0.1"), 30, false);
    try (Workshop workshop = workshop(keys, FOR_EVER);
        Coordinator coordinator = coordinator(workshop)) {
      assertThat(TlsProbe.look(null, address(coordinator), 2000))
          .as("what a stranger sees")
          .get()
          .asString()
          .contains("speaks TLS");
      assertThat(TlsProbe.look(KeyFolder.open(other), address(coordinator), 2000)).isEmpty();
      try (WorkerNode node = join(coordinator, other)) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> accepted("worker-0") > 3 && accepted("worker-1") > 3);
        coordinator.stop("enough");
        assertThat(coordinator.result().get(30, TimeUnit.SECONDS).reason()).isEqualTo("enough");
        node.result().get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void shouldKeepOutsidersOutTellThemWhyAndGoOn() throws Exception {
    Path foreign = dir.resolve("foreign");
    KeyMaker.create(foreign, List.of(), 30, false);
    Path half = dir.resolve("half");
    KeyMaker.add(keys, half, List.of("half"), 30, false);
    Files.write(half.resolve("channel.key"), Files.readAllBytes(foreign.resolve("channel.key")));
    try (Workshop workshop = workshop(keys, FOR_EVER);
        Coordinator coordinator = coordinator(workshop)) {
      await().atMost(Duration.ofSeconds(30)).until(() -> accepted("worker-0") > 0);
      try (WorkerNode keyless = join(coordinator, null)) {
        assertThat(refusal(keyless))
            .contains("speaks TLS, this node has no keys", "estafette keys add", "--keys");
      }
      try (WorkerNode outsider = join(coordinator, foreign)) {
        assertThat(refusal(outsider))
            .contains("TLS with " + coordinator.address() + " fails", "must be of one authority");
      }
      try (WorkerNode mixed = join(coordinator, half)) {
        assertThat(refusal(mixed))
            .contains("the channel key of the run at", KeyFolder.open(keys).channelFingerprint())
            .contains(KeyFolder.open(half).channelFingerprint(), "(expected the same)");
      }
      long before = accepted("worker-0");
      await().atMost(Duration.ofSeconds(30)).until(() -> accepted("worker-0") > before + 3);
      assertThat(accepted("worker-1")).isZero();
      assertThat(coordinator.result()).isNotDone();
      coordinator.stop("enough");
      assertThat(coordinator.result().get(30, TimeUnit.SECONDS).reason()).isEqualTo("enough");
    }
  }

  @Test
  void shouldTellANodeWithKeysThatTheClusterHasNone() throws Exception {
    try (Workshop workshop = workshop(null, FOR_EVER);
        Coordinator coordinator = coordinator(workshop)) {
      try (WorkerNode node = join(coordinator, keys)) {
        assertThat(refusal(node))
            .contains("this node speaks TLS", coordinator.address() + " does not");
      }
      coordinator.stop("enough");
      assertThat(coordinator.result().get(30, TimeUnit.SECONDS).reason()).isEqualTo("enough");
    }
  }

  @Test
  void shouldNotBeginWithKeysThatCannotBeUsed() throws Exception {
    Files.delete(keys.resolve("tls.key"));
    try (Workshop workshop = workshop(keys, FOR_EVER)) {
      assertThatThrownBy(() -> coordinator(workshop))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("tls.key is missing");
    }
  }
}
