package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.live.RunState;
import org.estafette.actor.record.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be asked of a run, over real HTTP. */
final class ControlTest {
  private static FakeRun run;
  private static FakeNode node;

  @BeforeAll
  static void start() {
    run = new FakeRun();
    node = FakeNode.withRun(run, true);
  }

  @AfterAll
  static void end() {
    node.close();
  }

  @BeforeEach
  void forget() {
    run.asked.clear();
    run.outcome = new Outcome.Done("done as told");
  }

  @Test
  void shouldPassEachCommandOnAndSayWhatBecameOfIt() throws Exception {
    run.state = RunState.PAUSED;
    for (String command : new String[] {"pause", "resume", "checkpoint", "stop"}) {
      HttpResponse<String> answer = node.post("/estafette/run/" + command, "");
      assertThat(answer.statusCode()).as(command).isEqualTo(200);
      JsonNode body = Json.LINES.readTree(answer.body());
      assertThat(body.path("detail").asText()).isEqualTo("done as told");
      assertThat(body.path("state").asText()).isEqualTo("paused");
    }
    run.state = RunState.TRAINING;
    assertThat(run.asked)
        .containsExactly(
            "pause by management at 127.0.0.1",
            "resume by management at 127.0.0.1",
            "checkpoint by management at 127.0.0.1",
            "stop by management at 127.0.0.1");
  }

  @Test
  void shouldPassOnWhichWorkerIsToBeReleased() throws Exception {
    assertThat(node.post("/estafette/workers/worker-3/release", "").statusCode()).isEqualTo(200);
    assertThat(run.asked).containsExactly("release worker-3 by management at 127.0.0.1");
    run.outcome = new Outcome.Unknown("no worker is called worker-9");
    JsonNode unknown = problem(node.post("/estafette/workers/worker-9/release", ""), 404);
    assertThat(unknown.path("type").asText()).isEqualTo(Problem.UNKNOWN);
    assertThat(unknown.path("detail").asText()).isEqualTo("no worker is called worker-9");
    run.outcome = new Outcome.Conflict("worker-3 is not in quarantine");
    problem(node.post("/estafette/workers/worker-3/release", ""), 409);
    run.asked.clear();
    problem(node.post("/estafette/workers//release", ""), 404);
    problem(node.post("/estafette/workers/worker-3/release/now", ""), 404);
    problem(node.post("/estafette/workers/worker-3", ""), 404);
    problem(node.send(node.request("/estafette/workers/worker-3/release")), 405);
    assertThat(run.asked).isEmpty();
  }

  @Test
  void shouldTakeKeysNestedOrDotted() throws Exception {
    node.post(
        "/estafette/run/config",
        "{\"outer.rate\": 0.5, \"checkpoint\": {\"every\": \"30s\", \"keep\": 2}}");
    assertThat(run.asked)
        .containsExactly(
            "change {checkpoint.every=\"30s\", checkpoint.keep=2, outer.rate=0.5} by management at"
                + " 127.0.0.1");
  }

  @Test
  void shouldTellConflictsFaultsAndWhatCannotBeApart() throws Exception {
    run.outcome = new Outcome.Conflict("the run is over");
    assertThat(problem(node.post("/estafette/run/pause", ""), 409).path("type").asText())
        .isEqualTo(Problem.CONFLICT);
    run.outcome = new Outcome.Invalid("outer.rule cannot be changed");
    assertThat(
            problem(node.post("/estafette/run/config", "{\"outer.rule\":\"sgd\"}"), 422)
                .path("detail")
                .asText())
        .isEqualTo("outer.rule cannot be changed");
    run.outcome = new Outcome.Failed("no space left on device");
    assertThat(problem(node.post("/estafette/run/checkpoint", ""), 500).path("detail").asText())
        .contains("no space left");
  }

  @Test
  void shouldRefuseBodiesThatAreNoObjectOfKeys() throws Exception {
    for (String body : new String[] {"", "{", "[]", "3", "{}", "{} {}", "null"}) {
      problem(node.post("/estafette/run/config", body), 400);
    }
    HttpResponse<String> form =
        node.send(
            node.request("/estafette/run/config")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("tokens=1")));
    problem(form, 415);
    String long_ = "{\"name\": \"" + "x".repeat(70_000) + "\"}";
    problem(node.post("/estafette/run/config", long_), 413);
    assertThat(run.asked).isEmpty();
  }

  @Test
  void shouldRefuseEveryCommandWhereWritesAreOff() throws Exception {
    FakeRun other = new FakeRun();
    try (FakeNode readOnly = FakeNode.withRun(other, false)) {
      for (Endpoint e : readOnly.management.endpoints()) {
        if (e.method().equals("POST")) {
          JsonNode problem = problem(readOnly.post(e.path(), "{\"tokens\": 1}"), 403);
          assertThat(problem.path("type").asText()).isEqualTo(Problem.WRITES_OFF);
          assertThat(problem.path("detail").asText()).contains("management.writes=true");
        }
      }
      assertThat(other.asked).isEmpty();
      HttpResponse<String> leave =
          readOnly.send(readOnly.request("/cluster/members/estafette@127.0.0.1:1").DELETE());
      problem(leave, 405);
    }
  }

  private static JsonNode problem(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("application/problem+json"));
    JsonNode problem = Json.LINES.readTree(answer.body());
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotEmpty();
    return problem;
  }
}
