package org.estafette.actor.soak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks the run's management, wherever it is now. While the server moves nobody answers: that is no
 * failure here, but nothing.
 */
final class Asker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Path file;
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(2))
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  /**
   * Where the run can be asked.
   *
   * @param pid process that has the server
   */
  record Place(String url, long pid) {}

  /**
   * @param folder of the run
   */
  Asker(Path folder) {
    this.file = folder.resolve("management.json");
  }

  Optional<Place> place() {
    try {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      JsonNode node = json.readTree(file.toFile());
      return node.hasNonNull("url") && node.hasNonNull("pid")
          ? Optional.of(new Place(node.get("url").asText(), node.get("pid").asLong()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // Being replaced just now.
    }
  }

  /** Where the run stands. */
  Optional<JsonNode> status() throws InterruptedException {
    Optional<Place> at = place();
    if (at.isEmpty()) {
      return Optional.empty();
    }
    HttpRequest request = to(at.get(), "/estafette/run").GET().build();
    return send(request).filter(r -> r.statusCode() == 200).map(this::parse);
  }

  /** Asks for something; what was answered, or why nothing was, in a few words. */
  Answer post(String path, String body) throws InterruptedException {
    Optional<Place> at = place();
    if (at.isEmpty()) {
      return new Answer(false, "no server just now");
    }
    HttpRequest request =
        to(at.get(), path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return send(request)
        .map(r -> new Answer(r.statusCode() / 100 == 2, r.statusCode() + " " + r.body().strip()))
        .orElse(new Answer(false, "no answer just now"));
  }

  /**
   * What became of a request.
   *
   * @param done whether it was done
   * @param text status and body
   */
  record Answer(boolean done, String text) {}

  private static HttpRequest.Builder to(Place at, String path) {
    return HttpRequest.newBuilder(URI.create(at.url() + path)).timeout(PATIENCE);
  }

  private Optional<HttpResponse<String>> send(HttpRequest request) throws InterruptedException {
    try {
      return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private JsonNode parse(HttpResponse<String> response) {
    try {
      return json.readTree(response.body());
    } catch (JsonProcessingException e) {
      return json.nullNode();
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
