package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.record.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code openapi.json} and the server together, both ways. */
final class OpenApiTest {
  private static final List<String> COMMANDS =
      List.of(
          "run/pause",
          "run/resume",
          "run/checkpoint",
          "run/stop",
          "run/config",
          "workers/{worker}/release",
          "faults");
  private static final List<String> STREAMS =
      List.of("/estafette/events", "/cluster/domain-events");

  @TempDir Path folder;

  @Test
  void shouldParseWithoutAMessage() throws Exception {
    SwaggerParseResult parsed =
        new OpenAPIV3Parser().readContents(Json.LINES.writeValueAsString(new Described().document));
    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths()).hasSizeGreaterThan(15);
  }

  @Test
  void shouldDescribeEveryEndpointAndNoOther() throws Exception {
    Described described = new Described();
    try (FakeNode node = FakeNode.withRun(new FakeRun(), true);
        FakeNode worker = FakeNode.worker("http://192.0.2.1:8558")) {
      Set<String> table = table(node);
      assertThat(table(worker)).isEqualTo(table);
      Set<String> documented = new TreeSet<>();
      described
          .document
          .path("paths")
          .fieldNames()
          .forEachRemaining(
              p -> described.operations(p).forEach(method -> documented.add(method + " " + p)));
      // Files and Akka's routes are in no table of ours.
      documented.removeIf(
          o -> o.contains("/cluster/") || o.matches("GET /(ready|alive|estafette/)"));
      assertThat(table).isEqualTo(documented);
    }
  }

  @Test
  void shouldAnswerEveryOperationAsDescribed() throws Exception {
    Described d = new Described();
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, true)) {
      reading(d, node, run);
      commands(d, node, run);
      cluster(d, node);
    }
    try (FakeNode readOnly = FakeNode.withRun(new FakeRun(), false)) {
      for (String command : COMMANDS) {
        d.check("/estafette/" + command, readOnly.post("/estafette/" + command, "{}"));
      }
      String member = member(readOnly);
      d.check("/cluster/members/{address}", readOnly.send(readOnly.request(member).DELETE()));
      d.check("/cluster/members/{address}", readOnly.send(leave(readOnly, member, "leave")));
    }
    elsewhere(d);
    unauthorized(d);
    foreign(d);
    Set<String> promised = d.promised();
    // Of a node that hangs, and of a reader's minute.
    promised.removeAll(
        Set.of("GET /alive 503", "POST /estafette/run/config 408", "POST /estafette/faults 408"));
    if (Dashboard.class.getResource("dashboard/index.html") == null) {
      promised.removeAll(Set.of("GET /estafette/ 200", "GET /estafette/ 304"));
    }
    assertThat(d.seen).isEqualTo(promised);
  }

  private static void reading(Described d, FakeNode node, FakeRun run) throws Exception {
    await().atMost(Duration.ofSeconds(30)).until(() -> node.get("/ready").statusCode() == 200);
    run.fault();
    for (String path :
        List.of(
            "/",
            "/estafette",
            "/estafette/run",
            "/estafette/workers",
            "/estafette/topology",
            "/estafette/faults",
            "/estafette/history",
            "/estafette/config",
            "/estafette/health",
            "/estafette/openapi.json",
            "/metrics",
            "/ready",
            "/alive",
            "/cluster/members")) {
      d.check(path, node.get(path));
    }
    run.withServer = false;
    d.check("/estafette/run", node.get("/estafette/run"));
    run.withServer = true;
    for (Map.Entry<String, String> accept :
        Map.of(
                "/metrics", "application/openmetrics-text",
                "/estafette/config", "application/json")
            .entrySet()) {
      String path = accept.getKey();
      d.check(path, node.send(node.request(path).header("Accept", accept.getValue())));
    }
    d.check("/estafette/history", node.get("/estafette/history?points=x"));
    d.check("/estafette/events", node.get("/estafette/events?after=x"));
    for (String path : STREAMS) {
      d.check(path, opened(node, path));
    }
    node.health.model = false;
    d.check("/ready", node.get("/ready"));
    d.check("/estafette/health", node.get("/estafette/health"));
    node.health.model = true;
    HttpResponse<String> page = node.get("/estafette/");
    if (page.statusCode() == 200) {
      d.check("/estafette/", page);
      String tag = page.headers().firstValue("ETag").orElseThrow();
      d.check("/estafette/", node.send(node.request("/estafette/").header("If-None-Match", tag)));
    }
  }

  private static void commands(Described d, FakeNode node, FakeRun run) throws Exception {
    for (String command : COMMANDS) {
      String path = "/estafette/" + command;
      for (Outcome outcome :
          List.of(
              new Outcome.Done("done"),
              new Outcome.Conflict("over"),
              new Outcome.Invalid("unknown"),
              new Outcome.Failed("disk full"))) {
        run.outcome = outcome;
        d.check(path, node.post(path, "{\"checkpoint.every\": \"30s\"}"));
      }
      run.failure = new TimeoutException();
      d.check(path, node.post(path, "{\"checkpoint.every\": \"30s\"}"));
      run.failure = null;
    }
    for (String path : List.of("/estafette/run/config", "/estafette/faults")) {
      d.check(path, node.post(path, "[]"));
      d.check(path, node.post(path, "{\"name\": \"" + "x".repeat(70_000) + "\"}"));
      d.check(
          path,
          node.send(node.request(path).POST(HttpRequest.BodyPublishers.ofString("tokens = 1"))));
    }
  }

  private static void cluster(Described d, FakeNode node) throws Exception {
    String template = "/cluster/members/{address}";
    String member = member(node);
    String unknown = "/cluster/members/" + encoded("estafette@127.0.0.9:1");
    d.check(template, node.get(member));
    d.check(template, node.get(unknown));
    d.check(template, node.send(node.request(unknown).DELETE()));
    d.check(template, node.send(leave(node, unknown, "leave")));
    d.check(template, node.send(leave(node, member, "dance")));
    d.check(template, node.send(leave(node, member, "leave")));
    d.check(template, node.send(node.request(member).DELETE()));
  }

  private static void elsewhere(Described d) throws Exception {
    try (FakeNode worker = FakeNode.worker("http://192.0.2.1:8558");
        FakeNode lost = FakeNode.worker(null)) {
      for (Endpoint e : worker.management.endpoints()) {
        if (d.promised().contains(e.method() + " " + e.path() + " 404")) {
          d.check(
              e.path(),
              e.method().equals("GET") ? worker.get(e.path()) : worker.post(e.path(), "{}"));
        }
      }
      d.check("/estafette/", worker.get("/estafette/"));
      d.check("/estafette/", lost.get("/estafette/"));
    }
  }

  private void unauthorized(Described d) throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "secret\n");
    try (FakeNode node =
        FakeNode.of(
            FakeNode.settings(true, OptionalInt.of(0), password.toString()),
            FakeNode.NO_KEYS,
            new FakeRun())) {
      for (String promise : d.promised()) {
        if (promise.endsWith(" 401")) {
          String[] words = promise.split(" ");
          String path = FakeNode.one(words[1]);
          d.check(
              words[1],
              node.send(node.request(path).method(words[0], HttpRequest.BodyPublishers.noBody())));
        }
      }
    }
  }

  private static void foreign(Described d) throws Exception {
    try (FakeNode node = FakeNode.withRun(new FakeRun(), true)) {
      for (String promise : d.promised()) {
        String[] words = promise.split(" ");
        String path = FakeNode.one(words[1]);
        var nothing = HttpRequest.BodyPublishers.noBody();
        if (words[2].equals("421")) {
          // Leads to the loopback address by a name that is none of its own.
          String url = node.management.url().replace("127.0.0.1", "[::ffff:127.0.0.1]");
          d.check(
              words[1],
              node.send(
                  HttpRequest.newBuilder(java.net.URI.create(url + path))
                      .method(words[0], nothing)));
        } else if (words[2].equals("403")) {
          d.check(
              words[1],
              node.send(
                  node.request(path)
                      .header("Origin", "http://pages.example")
                      .method(words[0], nothing)));
        }
      }
    }
  }

  @Test
  void shouldLetNothingOfAkkaThroughThatIsNotDescribed() throws Exception {
    try (FakeNode node = FakeNode.withRun(new FakeRun(), true)) {
      var nothing = HttpRequest.BodyPublishers.noBody();
      for (String other : List.of("PUT /cluster", "GET /cluster/shards/x", "GET /cluster/shards")) {
        String[] words = other.split(" ");
        HttpResponse<String> answer = node.send(node.request(words[1]).method(words[0], nothing));
        assertThat(answer.statusCode()).as(other).isEqualTo(404);
        assertThat(answer.body()).contains("openapi.json");
      }
      HttpResponse<String> join = node.post("/cluster/members", "");
      assertThat(join.statusCode()).isEqualTo(405);
      assertThat(join.headers().firstValue("Allow")).contains("GET");
    }
  }

  private static Set<String> table(FakeNode node) {
    Set<String> all = new TreeSet<>();
    node.management.endpoints().forEach(e -> all.add(e.method() + " " + e.path()));
    return all;
  }

  /** A stream has no end: its head is looked at, and it is let go. */
  private static HttpResponse<String> opened(FakeNode node, String path) throws Exception {
    HttpResponse<java.io.InputStream> answer =
        node.client.send(node.request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
    answer.body().close();
    return new Head(answer);
  }

  private static String member(FakeNode node) throws Exception {
    String address =
        Json.LINES.readTree(node.get("/cluster/members").body()).path("selfNode").asText();
    return "/cluster/members/" + encoded(address.replace("akka://", ""));
  }

  private static String encoded(String address) {
    return URLEncoder.encode(address, StandardCharsets.UTF_8);
  }

  private static HttpRequest.Builder leave(FakeNode node, String member, String operation) {
    return node.request(member)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .PUT(HttpRequest.BodyPublishers.ofString("operation=" + operation));
  }

  /** An answer whose body was not read. */
  private record Head(HttpResponse<?> answer) implements HttpResponse<String> {
    @Override
    public int statusCode() {
      return answer.statusCode();
    }

    @Override
    public HttpRequest request() {
      return answer.request();
    }

    @Override
    public java.util.Optional<HttpResponse<String>> previousResponse() {
      return java.util.Optional.empty();
    }

    @Override
    public java.net.http.HttpHeaders headers() {
      return answer.headers();
    }

    @Override
    public String body() {
      return "";
    }

    @Override
    public java.util.Optional<javax.net.ssl.SSLSession> sslSession() {
      return answer.sslSession();
    }

    @Override
    public java.net.URI uri() {
      return answer.uri();
    }

    @Override
    public java.net.http.HttpClient.Version version() {
      return answer.version();
    }
  }
}
