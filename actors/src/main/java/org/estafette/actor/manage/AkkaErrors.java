package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpResponse;
import akka.stream.Materializer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Akka Management's errors are plain text, or JSON of its own; here they become problems. */
final class AkkaErrors {
  private static final long PATIENCE_MILLIS = 5000;

  private AkkaErrors() {}

  static CompletionStage<HttpResponse> asProblem(
      HttpResponse response, String path, Materializer materializer) {
    int status = response.status().intValue();
    if (status < 400) {
      return CompletableFuture.completedFuture(response);
    }
    return response
        .entity()
        .toStrict(PATIENCE_MILLIS, materializer)
        .thenApply(entity -> {
          String text = entity.getData().decodeString(StandardCharsets.UTF_8).strip();
          HttpResponse problem =
              path.equals("/ready") || path.equals("/alive")
                  ? notReady(text, path)
                  : Problem.of(status, detail(status, text, path), path);
          return response.getHeader("Allow").map(problem::addHeader).orElse(problem);
        });
  }

  /** 503 is what load balancers understand; Akka says 500. */
  private static HttpResponse notReady(String text, String path) {
    return Problem.of(
        Problem.NOT_READY,
        "Not ready",
        503,
        (text.isEmpty() ? "a check does not hold" : text) + "; GET /estafette/health says why",
        path);
  }

  static String unknown(String path) {
    return path + " is unknown; GET /estafette/openapi.json lists what there is";
  }

  private static String detail(int status, String text, String path) {
    if (status == 404) {
      return unknown(path);
    }
    return text.isEmpty() ? "refused by the cluster's management" : text;
  }
}
