package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.scaladsl.model.IllegalUriException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.estafette.actor.config.ChangeableKeys;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;

/**
 * Requests to the management: a path with a query, an Origin and the body of a change, a line each.
 * Who must not ask is refused, a body is keys or a problem that is not the node's.
 */
public final class HttpFuzz {
  private static final Gate OPEN = new Gate(true, null);
  private static final Gate GUARDED = new Gate(false, new Gate.Credentials("me", "secret"));

  private HttpFuzz() {}

  /** URI, Origin and body. */
  public static void fuzzerTestOneInput(byte[] data) {
    String[] parts = new String(data, StandardCharsets.UTF_8).split("\n", 3);
    try {
      HttpRequest request =
          HttpRequest.create()
              .withMethod(HttpMethods.PUT)
              .withUri(parts[0])
              .addHeader(RawHeader.create("Origin", parts.length > 1 ? parts[1] : ""));
      HttpResponse guarded = GUARDED.refusal(request);
      boolean open = Gate.OPEN.contains(request.getUri().path());
      if (guarded == null && !open) {
        throw new IllegalStateException("let in without a password: " + request.getUri());
      }
      HttpResponse foreign = OPEN.refusal(request);
      if (foreign == null && !Gate.isLoopback(request.getUri().host().address())) {
        throw new IllegalStateException("let in as " + request.getUri().host());
      }
      request.getUri().query().get("points");
    } catch (IllegalUriException | IllegalArgumentException e) {
      // Akka's own parser answers such a request with 400.
    }
    try {
      Map<String, String> keys = ControlEndpoints.keys(parts.length > 2 ? parts[2] : "");
      keys.keySet().forEach(ChangeableKeys::check);
      ConfigReader.read(null, keys);
    } catch (ProblemException e) {
      if (e.status() / 100 != 4) {
        throw new IllegalStateException("a body is the sender's fault", e);
      }
    } catch (ConfigException e) {
      return;
    }
  }

  /** Requests that are in order, and some that are not. */
  public static List<byte[]> seeds() {
    return List.of(
        bytes("http://localhost:8558/estafette/run?points=20", "", "{\"tokens\": 5000}"),
        bytes(
            "http://127.0.0.1/a%20b?x=1&y=%C3%A9",
            "http://127.0.0.1", "{\"checkpoint.every\": \"30s\"}"),
        bytes("http://[::1]:1/health", "null", "{\"checkpoint\": {\"keep\": 3}, \"x\": [1, null]}"),
        bytes("http://evil.example/", "http://evil.example:80/%", "{\"tokens\": 1e999}"),
        bytes("/estafette/config", "ftp://[::1", "[".repeat(2000)));
  }

  private static byte[] bytes(String uri, String origin, String body) {
    return (uri + "\n" + origin + "\n" + body).getBytes(StandardCharsets.UTF_8);
  }
}
