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
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.estafette.actor.record.Json;

/** Asks a management, and turns its refusals into words. */
public final class Client implements AutoCloseable {
  /** A command is answered within a minute, or told to look again. */
  private static final Duration PATIENCE = Duration.ofSeconds(75);

  private final Target target;
  private final HttpClient http;

  /** A client of {@code target}. */
  public Client(Target target) {
    this.target = target;
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
    return send(
        request(path)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /**
   * Follows events until the run's node ends the stream.
   *
   * @param line told each line of the stream
   */
  public void follow(String path, Consumer<String> line) throws InterruptedException {
    HttpRequest request = request(path).header("Accept", "text/event-stream").build();
    try {
      HttpResponse<InputStream> answer =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (BufferedReader in =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        if (answer.statusCode() >= 300) {
          throw refusal(
              answer.statusCode(), in.lines().reduce("", (a, b) -> a + b), request.uri().getPath());
        }
        for (String l = in.readLine(); l != null; l = in.readLine()) {
          line.accept(l);
        }
      }
    } catch (IOException e) {
      throw unreachable(e);
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
