package org.estafette.actor.manage.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.estafette.actor.live.LiveEvent;
import org.estafette.actor.live.NodeHealth;
import org.estafette.actor.live.RunState;
import org.estafette.actor.record.Json;
import org.estafette.actor.record.Metric;

/** Serves the page and a {@link ScriptedRun}, with the headers of the real server. */
final class ScriptedServer implements AutoCloseable {
  private static final Map<String, String> TYPES =
      Map.of(
          "html",
          "text/html",
          "js",
          "text/javascript",
          "css",
          "text/css",
          "svg",
          "image/svg+xml",
          "txt",
          "text/plain");
  private static final Map<String, String> LIBRARY =
      Map.of("uplot.js", "uPlot.iife.min.js", "uplot.css", "uPlot.min.css", "uplot.txt", "LICENSE");

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private final List<String> resumedAfter = new CopyOnWriteArrayList<>();
  private volatile ScriptedRun run;

  /** On that port, or a free one for 0. */
  ScriptedServer(int port, ScriptedRun run) throws IOException {
    this.run = run;
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    http.createContext("/estafette/", this::answer);
    http.setExecutor(threads);
    http.start();
  }

  int port() {
    return http.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/estafette/";
  }

  /** Commands that came, in order. */
  List<String> commands() {
    return commands;
  }

  /** Last-Event-ID of each reader of events, in order. */
  List<String> resumedAfter() {
    return resumedAfter;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/estafette/".length());
    exchange
        .getResponseHeaders()
        .set(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none';"
                + " form-action 'none'");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    try (exchange) {
      if (name.startsWith("run/")) {
        command(exchange, name.substring("run/".length()));
        return;
      }
      switch (name) {
        case "run" -> json(exchange, run.status());
        case "workers" -> json(exchange, run.workers());
        case "topology" -> json(exchange, run.topology());
        case "history" -> json(exchange, run.history(1500));
        case "config" -> send(exchange, 200, "text/plain; charset=utf-8", bytes(run.config()));
        case "health" -> json(exchange, health());
        case "events" -> stream(exchange);
        default -> file(exchange, name.isEmpty() ? "index.html" : name);
      }
    }
  }

  private static Map<String, Object> health() {
    return Map.of(
        "ready",
        true,
        "checks",
        List.of(
            new NodeHealth.Check("joined", true, "member of estafette@127.0.0.1:25520, Up"),
            new NodeHealth.Check("device", true, "CPU, 2 processors, AVX2"),
            new NodeHealth.Check("channel", true, "4 peers"),
            new NodeHealth.Check("model", true, "gpt, 3.2 M parameters")));
  }

  private void command(HttpExchange exchange, String name) throws IOException {
    commands.add(name);
    switch (name) {
      case "pause" -> run.turn(RunState.PAUSED, "paused by a test", Metric.RunKind.PAUSED);
      case "resume" -> run.turn(RunState.TRAINING, "workers train", Metric.RunKind.RESUMED);
      case "checkpoint" -> {
        send(
            exchange,
            409,
            "application/problem+json",
            bytes("{\"title\":\"Conflict\",\"status\":409,\"detail\":\"one is being written\"}"));
        return;
      }
      default -> run.turn(RunState.STOPPING, "stopped by a test", Metric.RunKind.STOPPING);
    }
    json(exchange, Map.of("detail", name + " done", "state", run.status().state()));
  }

  private void stream(HttpExchange exchange) throws IOException {
    String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    resumedAfter.add(String.valueOf(last));
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    BlockingQueue<LiveEvent> queue = new LinkedBlockingQueue<>();
    OutputStream out = exchange.getResponseBody();
    out.write(bytes("retry: 2000\nevent: hello\ndata: {\"run\":\"x\"}\n\n"));
    out.flush();
    try (AutoCloseable following =
        run.follow(last == null ? -1 : Long.parseLong(last), queue::add)) {
      while (open.get()) {
        LiveEvent event = queue.poll(20, TimeUnit.MILLISECONDS);
        if (event != null) {
          out.write(
              bytes(
                  "id: "
                      + event.id()
                      + "\nevent: "
                      + type(event.metric())
                      + "\ndata: "
                      + Json.LINES.writeValueAsString(event.metric())
                      + "\n\n"));
          out.flush();
        }
      }
    } catch (IOException e) {
      throw e; // The reader has gone.
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static String type(Metric metric) {
    return switch (metric) {
      case Metric.ProgressPoint p -> "progress";
      case Metric.PushRecord p -> "push";
      case Metric.WorkerEvent e -> "worker";
      case Metric.RunEvent e -> "run";
      case Metric.FaultRecord f -> "fault";
    };
  }

  private static void file(HttpExchange exchange, String name) throws IOException {
    String path =
        name.startsWith("lib/")
            ? "/org/estafette/actor/record/uplot/" + LIBRARY.get(name.substring("lib/".length()))
            : "/org/estafette/actor/manage/dashboard/" + name;
    try (InputStream in = ScriptedServer.class.getResourceAsStream(path)) {
      if (in == null) {
        send(exchange, 404, "text/plain", bytes("no " + name));
        return;
      }
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      send(exchange, 200, type + "; charset=utf-8", in.readAllBytes());
    }
  }

  private static void json(HttpExchange exchange, Object value) throws IOException {
    send(exchange, 200, "application/json", Json.LINES.writeValueAsBytes(value));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    open.set(false);
    http.stop(0);
    threads.shutdownNow();
  }
}
