package org.estafette.actor.cli.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.estafette.actor.live.RunState;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.record.Json;
import org.jspecify.annotations.Nullable;

/** Asks a management, and turns its refusals into words. */
public final class Client implements AutoCloseable {
  private static final String RUN = "/estafette/run";

  /** A command is answered within a minute, or told to look again. */
  private static final Duration PATIENCE = Duration.ofSeconds(75);

  /** The server sends a heartbeat every ten seconds. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Target target;
  private final Duration silence;
  private final HttpClient http;
  private boolean known;

  /** A client of {@code target}. */
  public Client(Target target) {
    this(target, SILENCE);
  }

  /**
   * @param silence after which a stream of events is taken for dead
   */
  Client(Target target, Duration silence) {
    this.target = target;
    this.silence = silence;
    this.known = target.run() == null;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1);
    if (target.keys() != null) {
      builder.sslContext(target.keys().client());
    }
    this.http = builder.build();
  }

  /**
   * Reads a path.
   *
   * @return the JSON
   * @throws UnreachableException where nobody answers
   * @throws RefusedException where the answer is a refusal
   */
  public String get(String path) throws InterruptedException {
    identify();
    return send(request(path).timeout(PATIENCE).GET().build());
  }

  /**
   * Commands.
   *
   * @param body JSON; empty for none
   * @return the JSON of what was done
   * @throws UnreachableException where nobody answers
   * @throws RefusedException where it is not done
   */
  public String post(String path, String body) throws InterruptedException {
    identify();
    return send(
        request(path)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /**
   * Reads an answer.
   *
   * @throws UnreachableException where it is not what a node answers
   */
  public <T> T read(String answer, Class<T> type) {
    try {
      T value = Json.LINES.readValue(answer, type);
      if (value != null) {
        return value;
      }
    } catch (JsonProcessingException e) {
      // Below.
    }
    throw new UnreachableException(
        where() + " answers what cannot be read; is it the management of an Estafette node?");
  }

  /** A port that a run has left may be another's by now. */
  private void identify() throws InterruptedException {
    if (known) {
      return;
    }
    String there =
        read(send(request(RUN).timeout(PATIENCE).GET().build()), JsonNode.class)
            .path("run")
            .asText();
    if (!there.equals(target.run())) {
      throw new UnreachableException(
          where()
              + " has "
              + (there.isEmpty() ? "no run" : "run " + there)
              + " (expected "
              + target.run()
              + ", which is over then); name a run that goes on with --run DIR or --url URL");
    }
    known = true;
  }

  /**
   * Follows events until the run's node ends the stream.
   *
   * @param line told each line of the stream
   * @throws UnreachableException where nobody answers, not even a heartbeat comes for a while, or
   *     the stream ends while the run goes on
   */
  public void follow(String path, Consumer<String> line) throws InterruptedException {
    identify();
    listen(path, line);
    RunStatus status;
    try {
      status = read(get(RUN), RunStatus.class);
    } catch (UnreachableException | RefusedException e) {
      return; // The node has ended with its run: nobody is left to tell of it.
    }
    if (status.state() != RunState.ENDED && status.state() != RunState.STOPPING) {
      throw new UnreachableException(
          "the stream of events was cut off by "
              + where()
              + " while the run goes on: this reader was too slow; --after ID goes on after an"
              + " event");
    }
  }

  private void listen(String path, Consumer<String> line) throws InterruptedException {
    HttpRequest request = request(path).header("Accept", "text/event-stream").build();
    AtomicBoolean begun = new AtomicBoolean();
    try {
      HttpResponse<InputStream> answer =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (BufferedReader in =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        if (answer.statusCode() >= 300) {
          throw refusal(
              answer.statusCode(), in.lines().reduce("", (a, b) -> a + b), request.uri().getPath());
        }
        pass(
            in,
            l -> {
              begun.set(true);
              line.accept(l);
            });
      }
    } catch (IOException e) {
      // A node that ends may take the connection along before the stream's last word is out.
      if (!begun.get()) {
        throw unreachable(e);
      }
    }
  }

  /** Reads on a thread of its own: a connection whose other end is gone says nothing at all. */
  private void pass(BufferedReader in, Consumer<String> line)
      throws IOException, InterruptedException {
    BlockingQueue<Read> lines = new ArrayBlockingQueue<>(256);
    Thread reader = Thread.ofVirtual().start(() -> readInto(in, lines));
    try {
      while (true) {
        Read next = lines.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
          throw new UnreachableException(
              where() + " is silent for " + silence.toSeconds() + " s; is its machine gone?");
        }
        if (next.failure() != null) {
          throw next.failure();
        }
        if (next.line() == null) {
          return;
        }
        line.accept(next.line());
      }
    } finally {
      reader.interrupt();
    }
  }

  /** A line; neither line nor failure is the end. */
  private record Read(@Nullable String line, @Nullable IOException failure) {}

  private static void readInto(BufferedReader in, BlockingQueue<Read> lines) {
    try {
      Read end;
      try {
        for (String l = in.readLine(); l != null; l = in.readLine()) {
          lines.put(new Read(l, null));
        }
        end = new Read(null, null);
      } catch (IOException e) {
        end = new Read(null, e);
      }
      lines.put(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody listens any more.
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(target.url() + path))
            .header("User-Agent", "estafette-cli");
    if (!target.password().isEmpty()) {
      String pair = target.user() + ":" + target.password();
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
    return request;
  }

  private String send(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> answer =
          http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (answer.statusCode() >= 300) {
        throw refusal(answer.statusCode(), answer.body(), request.uri().getPath());
      }
      return answer.body();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private RefusedException refusal(int status, String body, String path) {
    if (status == 401) {
      return new RefusedException(
          target.password().isEmpty()
              ? where()
                  + " asks for a password: name the cluster's keys with --keys DIR, or a file with"
                  + " --password-file, or set ESTAFETTE_PASSWORD or ESTAFETTE_PASSWORD_FILE"
              : where()
                  + " does not know user "
                  + target.user()
                  + " with this password (expected those of estafette.management, or of the keys"
                  + " that the node has)");
    }
    try {
      JsonNode problem = Json.LINES.readTree(body);
      String detail = problem.path("detail").asText();
      if (!detail.isEmpty()) {
        String elsewhere = problem.path("management").asText();
        return new RefusedException(
            elsewhere.isEmpty() ? detail : detail + " (--url " + elsewhere + ")");
      }
    } catch (JsonProcessingException e) {
      // Not ours: below.
    }
    return new RefusedException(
        where() + path + " answers " + status + "; is it the management of an Estafette node?");
  }

  private UnreachableException unreachable(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SSLException) {
        return new UnreachableException(untrusted(t));
      }
    }
    if (e instanceof ConnectException || e.getCause() instanceof ConnectException) {
      return new UnreachableException(
          "nobody answers at "
              + where()
              + "; is the run over? `estafette train` prints where its dashboard is");
    }
    if (e instanceof HttpTimeoutException) {
      return new UnreachableException("no answer from " + where() + " in time");
    }
    return new UnreachableException(
        "the talk with "
            + where()
            + " broke off: "
            + e.getMessage()
            + ("http".equals(target.url().getScheme()) ? " (a node with keys wants https)" : ""));
  }

  private String untrusted(Throwable t) {
    if (String.valueOf(t.getMessage()).contains("Unsupported or unrecognized SSL message")) {
      return where() + " speaks no TLS (expected http:// there)";
    }
    return target.keys() == null
        ? where()
            + " shows a certificate that this machine does not trust, as one made by `estafette"
            + " keys create` is: name the cluster's keys with --keys DIR"
        : where()
            + " shows a certificate that the authority in "
            + target.keys().path()
            + " did not make, or made for another host: "
            + t.getMessage();
  }

  private String where() {
    return target.url() + target.found();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
