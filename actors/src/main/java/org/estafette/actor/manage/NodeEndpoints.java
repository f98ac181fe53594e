package org.estafette.actor.manage;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.live.NodeHealth;
import org.jspecify.annotations.Nullable;

/** What every node answers, and what a node without a run says instead of a run's endpoints. */
final class NodeEndpoints {
  private static final List<String> PATHS_OF_A_RUN =
      List.of("run", "workers", "topology", "history", "events", "config", "faults");
  private static final List<String> COMMANDS =
      List.of(
          "run/pause",
          "run/resume",
          "run/checkpoint",
          "run/stop",
          "run/config",
          "workers/{worker}/release",
          "faults");

  private NodeEndpoints() {}

  private record Health(boolean ready, List<NodeHealth.Check> checks) {}

  static List<Endpoint> of(Managed managed, Scrape scrape) {
    return List.of(
        Endpoint.get("/", call -> Answers.see("/estafette/")),
        Endpoint.get("/estafette", call -> Answers.see("/estafette/")),
        Endpoint.get("/metrics", scrape::answer),
        Endpoint.get("/estafette/health", call -> health(managed.health())),
        Endpoint.get("/estafette/openapi.json", call -> openApi()));
  }

  private static HttpResponse health(NodeHealth health) {
    List<NodeHealth.Check> checks = health.checks();
    return Answers.json(new Health(checks.stream().allMatch(NodeHealth.Check::ok), checks));
  }

  private static HttpResponse openApi() {
    try (InputStream in = NodeEndpoints.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("openapi.json is missing from this build");
      }
      return Answers.bytes(ContentTypes.APPLICATION_JSON, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A run's endpoints where there is no run: they name the node that has it. */
  static List<Endpoint> elsewhere(Managed managed) {
    List<Endpoint> all = new ArrayList<>();
    PATHS_OF_A_RUN.forEach(
        p -> all.add(Endpoint.get("/estafette/" + p, call -> notHere(managed, call))));
    COMMANDS.forEach(c ->
        all.add(
            Endpoint.post(
                "/estafette/" + c,
                call -> CompletableFuture.completedFuture(notHere(managed, call)))));
    return all;
  }

  /** The dashboard is where the run is. */
  static HttpResponse dashboardElsewhere(Managed managed, Call call) {
    Managed.Elsewhere e = managed.elsewhere().get();
    return e == null || !e.reachable()
        ? notHere(managed, call)
        : Answers.see(e.url() + Dashboard.PREFIX);
  }

  private static HttpResponse notHere(Managed managed, Call call) {
    Managed.@Nullable Elsewhere e = managed.elsewhere().get();
    @Nullable String url = e != null && e.reachable() ? e.url() : null;
    return new Problem(Problem.NOT_HERE, "The run is elsewhere", 404, where(e), call.path(), url)
        .response();
  }

  private static String where(Managed.@Nullable Elsewhere e) {
    if (e == null) {
      return "this node has workers only, and does not know which node has the run";
    }
    if (e.reachable()) {
      return "this node has workers only; ask " + e.url() + ", the management of the run's node";
    }
    int port = URI.create(e.url()).getPort();
    return "this node has workers only; the run is on "
        + e.host()
        + ", whose management is bound to loopback only: ask "
        + e.url()
        + " there, or from here after `ssh -L "
        + port
        + ":127.0.0.1:"
        + port
        + " "
        + e.host()
        + "`";
  }
}
