package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.record.Json;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes and their management. */
@Timeout(120)
final class NodeManagementTest {
  @TempDir Path dir;
  private final HttpClient http = HttpClient.newHttpClient();

  private Coordinator start(Workshop workshop, int more) throws Exception {
    return Coordinator.start(
        new Coordinator.Plan(
            System.nanoTime(),
            workshop,
            new RunMonitor(workshop.config().tokens(), metric -> {}),
            new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop),
            null,
            1,
            more));
  }

  private HttpResponse<String> ask(String method, String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode get(String url) throws Exception {
    return Json.LINES.readTree(ask("GET", url).body());
  }

  @Test
  void shouldTellOfARealRunAndObeyAndNameItsNodeElsewhere() throws Exception {
    List<String> notices = new CopyOnWriteArrayList<>();
    try (Workshop workshop =
            TinyRuns.workshop(
                TinyRuns.text(dir),
                "tokens",
                "100000000",
                "management.port",
                "0",
                "management.writes",
                "true");
        Coordinator coordinator = start(workshop, 1);
        WorkerNode node =
            WorkerNode.start(
                new WorkerNode.Plan(
                    coordinator.address(),
                    "127.0.0.1",
                    0,
                    "joined",
                    1,
                    1,
                    Map.of("akka.loglevel", "WARNING", "management.port", "0"),
                    notices::add))) {
      String run = coordinator.management();
      String worker =
          notices.stream()
              .filter(n -> n.startsWith("  manage "))
              .findFirst()
              .orElseThrow()
              .replaceAll(".* ", "");
      assertThat(worker).isNotEqualTo(run);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            assertThat(ask("GET", run + "/ready").statusCode()).isEqualTo(200);
            assertThat(ask("GET", worker + "/ready").statusCode()).isEqualTo(200);
            assertThat(get(run + "/estafette/run").path("workers").asInt()).isEqualTo(2);
            assertThat(get(run + "/cluster/members").path("members")).hasSize(2);
            assertThat(get(worker + "/estafette/run").path("management").asText()).isEqualTo(run);
          });
      assertThat(ask("GET", worker + "/metrics").body()).contains("estafette_vectors_on_loan");
      assertThat(ask("POST", run + "/estafette/run/pause").statusCode()).isEqualTo(200);
      assertThat(get(run + "/estafette/run").path("state").asText()).isEqualTo("paused");
      assertThat(ask("POST", run + "/estafette/run/stop").statusCode()).isEqualTo(200);
      assertThat(coordinator.result().get(30, TimeUnit.SECONDS).stopped()).isTrue();
      node.result().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldRefuseAManagementPortThatIsTakenAndLeaveNothingBehind() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Workshop workshop =
            TinyRuns.workshop(
                TinyRuns.text(dir),
                "management.port",
                String.valueOf(taken.getLocalPort()),
                "akka.loglevel",
                "OFF")) {
      assertThatThrownBy(() -> start(workshop, 0))
          .isInstanceOf(PortInUseException.class)
          .hasMessageContaining("management.port");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(Thread.getAllStackTraces().keySet())
                  .extracting(Thread::getName)
                  .noneMatch(name -> name.startsWith("estafette-")));
    }
  }

  @Test
  void shouldRefuseToListenToOthersBeforeAnythingIsStarted() throws Exception {
    try (Workshop workshop =
        TinyRuns.workshop(TinyRuns.text(dir), "management.host", "\"0.0.0.0\"")) {
      assertThatThrownBy(() -> start(workshop, 0))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("management.host = 0.0.0.0");
    }
  }

  @Test
  void shouldRunWithoutManagementWhereItIsSwitchedOff() throws Exception {
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), "management.enabled", "false");
        Coordinator coordinator = start(workshop, 0)) {
      assertThat(coordinator.management()).isNull();
      assertThat(coordinator.result().get(60, TimeUnit.SECONDS).finished()).isTrue();
    }
  }
}
