package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.estafette.actor.record.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What can be read of a run, over real HTTP. */
final class ReadingTest {
  private static FakeNode node;

  @BeforeAll
  static void start() {
    node = FakeNode.withRun(new FakeRun(), false);
  }

  @AfterAll
  static void end() {
    node.close();
  }

  @Test
  void shouldTellWhereTheRunStandsInSnakeCase() throws Exception {
    JsonNode run = json("/estafette/run");
    assertThat(run.path("state").asText()).isEqualTo("training");
    assertThat(run.path("budget_tokens").asLong()).isEqualTo(100_000);
    assertThat(run.path("pushes").path("refused").path("too-stale").asLong()).isEqualTo(1);
    assertThat(run.has("exchanges")).as("absent with a server").isFalse();
    assertThat(run.path("checkpoint").path("version").asLong()).isEqualTo(7);
  }

  @Test
  void shouldTellEachWorkersLedger() throws Exception {
    JsonNode workers = json("/estafette/workers");
    assertThat(workers).hasSize(2);
    JsonNode second = workers.get(1);
    assertThat(second.path("worker").asText()).isEqualTo("worker-1");
    assertThat(second.path("steps_per_second").asDouble()).isEqualTo(6.5);
    assertThat(second.path("restarts").get(0).path("seconds_lost").asDouble()).isEqualTo(0.75);
    assertThat(second.path("restarts").get(1).has("seconds_lost")).isFalse();
  }

  @Test
  void shouldTellTheGraph() throws Exception {
    JsonNode topology = json("/estafette/topology");
    assertThat(topology.path("kind").asText()).isEqualTo("server");
    assertThat(topology.path("links").get(0).path("to").asText()).isEqualTo("worker-0");
  }

  @Test
  void shouldTellTheHistoryAsLinesOfTheMetricsFile() throws Exception {
    JsonNode history = json("/estafette/history?points=50");
    assertThat(history.path("next").asLong()).isEqualTo(8);
    assertThat(history.path("progress").get(0).path("type").asText()).isEqualTo("progress");
    assertThat(history.path("pushes").get(2).path("reason").asText()).isEqualTo("too-stale");
    assertThat(history.path("pushes").get(0).path("type").asText()).isEqualTo("push");
    assertThat(history.path("events").get(0).path("kind").asText()).isEqualTo("joined");
    assertThat(history.path("events").get(2).path("type").asText()).isEqualTo("run");
  }

  @Test
  void shouldRefuseAHistoryOfOnePoint() throws Exception {
    HttpResponse<String> answer = node.get("/estafette/history?points=1");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(problem(answer).path("detail").asText()).contains("points=1", "2 …");
  }

  @Test
  void shouldShowTheConfigurationAsHoconAndAsJson() throws Exception {
    HttpResponse<String> hocon = node.get("/estafette/config");
    assertThat(hocon.body()).contains("# What to run.");
    assertThat(type(hocon)).startsWith("text/plain");
    HttpResponse<String> json =
        node.send(node.request("/estafette/config").header("Accept", "application/json"));
    assertThat(type(json)).isEqualTo("application/json");
    assertThat(Json.LINES.readTree(json.body()).at("/estafette/outer/rate").asDouble())
        .isEqualTo(0.7);
  }

  @Test
  void shouldTellItsHealthCheckByCheck() throws Exception {
    JsonNode health = json("/estafette/health");
    assertThat(health.path("ready").asBoolean()).isTrue();
    assertThat(health.path("checks").findValuesAsText("name"))
        .containsExactly("joined", "device", "channel", "model");
  }

  @Test
  void shouldSendUnknownPathsAndWrongMethodsAProblemDocument() throws Exception {
    for (String path : new String[] {"/nowhere", "/estafette/nowhere", "/estafette/..%2fx"}) {
      HttpResponse<String> answer = node.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(problem(answer).path("status").asInt()).isEqualTo(404);
    }
    HttpResponse<String> posted = node.post("/estafette/workers", "{}");
    assertThat(posted.statusCode()).isEqualTo(405);
    assertThat(posted.headers().firstValue("Allow")).contains("GET");
    assertThat(problem(posted).path("instance").asText()).isEqualTo("/estafette/workers");
  }

  @Test
  void shouldLeadToTheDashboardWithASlash() throws Exception {
    for (String path : new String[] {"/", "/estafette"}) {
      HttpResponse<String> answer = node.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(307);
      assertThat(answer.headers().firstValue("Location")).contains("/estafette/");
    }
  }

  @Test
  void shouldAnswerHeadAsGetWithoutABody() throws Exception {
    HttpResponse<String> answer = node.send(node.request("/estafette/run").HEAD());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void shouldForbidPagesToTakeAnythingFromElsewhere() throws Exception {
    assertThat(node.get("/estafette/run").headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(csp -> assertThat(csp).startsWith("default-src 'self';"));
  }

  private static JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = node.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(type(answer)).isEqualTo("application/json");
    return Json.LINES.readTree(answer.body());
  }

  private static JsonNode problem(HttpResponse<String> answer) throws Exception {
    assertThat(type(answer)).startsWith("application/problem+json");
    return Json.LINES.readTree(answer.body());
  }

  private static String type(HttpResponse<String> answer) {
    return answer.headers().firstValue("Content-Type").orElse("");
  }
}
