package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.estafette.actor.record.Json;
import org.junit.jupiter.api.Test;

/** Akka Management's own routes behind the gate, and a node without the run. */
final class ClusterRoutesTest {
  @Test
  void shouldListMembersAndBeReadyOnceAllChecksHold() throws Exception {
    try (FakeNode node = FakeNode.withRun(new FakeRun(), false)) {
      await().atMost(Duration.ofSeconds(30)).until(() -> node.get("/ready").statusCode() == 200);
      JsonNode members = Json.LINES.readTree(node.get("/cluster/members").body());
      assertThat(members.path("members")).hasSize(1);
      assertThat(members.path("members").get(0).path("status").asText()).isEqualTo("Up");
      assertThat(node.get("/alive").statusCode()).isEqualTo(200);
      node.health.model = false;
      HttpResponse<String> notReady = node.get("/ready");
      assertThat(notReady.statusCode()).isEqualTo(503);
      assertThat(Json.LINES.readTree(notReady.body()).path("type").asText())
          .isEqualTo(Problem.NOT_READY);
      assertThat(node.get("/alive").statusCode()).isEqualTo(200);
      JsonNode health = Json.LINES.readTree(node.get("/estafette/health").body());
      assertThat(health.path("ready").asBoolean()).isFalse();
      assertThat(health.at("/checks/3/detail").asText()).isEqualTo("not open yet");
    }
  }

  @Test
  void shouldNameTheNodeThatHasTheRun() throws Exception {
    try (FakeNode worker = FakeNode.worker("http://192.0.2.1:8558")) {
      for (Endpoint e : worker.management.endpoints()) {
        if (!e.path().matches("/estafette/(run|workers|topology|history|events|config)(/.*)?")) {
          continue;
        }
        HttpResponse<String> answer =
            e.method().equals("GET") ? worker.get(e.path()) : worker.post(e.path(), "{}");
        assertThat(answer.statusCode()).as(e.path()).isEqualTo(404);
        JsonNode problem = Json.LINES.readTree(answer.body());
        assertThat(problem.path("type").asText()).isEqualTo(Problem.NOT_HERE);
        assertThat(problem.path("management").asText()).isEqualTo("http://192.0.2.1:8558");
      }
      HttpResponse<String> page = worker.get("/estafette/");
      assertThat(page.headers().firstValue("Location"))
          .contains("http://192.0.2.1:8558/estafette/");
      assertThat(worker.get("/metrics").body())
          .contains("estafette_node_ready", "jvm_memory_used_bytes")
          .doesNotContain("estafette_tokens_total");
    }
  }

  @Test
  void shouldNotSendABrowserToItsOwnLoopbackAddress() throws Exception {
    try (FakeNode worker = FakeNode.worker("http://127.0.0.1:8558", "10.0.0.6")) {
      HttpResponse<String> page = worker.get("/estafette/");
      assertThat(page.statusCode()).isEqualTo(404);
      JsonNode problem = Json.LINES.readTree(page.body());
      assertThat(problem.has("management")).isFalse();
      assertThat(problem.path("detail").asText())
          .contains("the run is on 10.0.0.5", "ssh -L 8558:127.0.0.1:8558 10.0.0.5");
    }
    try (FakeNode same = FakeNode.worker("http://127.0.0.1:8558", "10.0.0.5")) {
      assertThat(same.get("/estafette/").headers().firstValue("Location"))
          .contains("http://127.0.0.1:8558/estafette/");
    }
  }

  @Test
  void shouldSayThatItDoesNotKnowTheRunsNodeYet() throws Exception {
    try (FakeNode worker = FakeNode.worker(null)) {
      HttpResponse<String> answer = worker.get("/estafette/");
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(Json.LINES.readTree(answer.body()).has("management")).isFalse();
    }
  }
}
