package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * An operation: a row of the table that requests are looked up in, and of {@code openapi.json}.
 *
 * @param method GET (which answers HEAD too) or POST
 * @param path a part in braces, {worker}, stands for any one part; all else is exact
 * @param handler answers; what it throws becomes a problem document
 */
record Endpoint(String method, String path, Handler handler) {
  /** Answers a request. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<HttpResponse> answer(Call call);
  }

  /** What stands where the path has braces, in their order; empty where it is another path. */
  Optional<List<String>> parts(String asked) {
    if (path.indexOf('{') < 0) {
      return path.equals(asked) ? Optional.of(List.of()) : Optional.empty();
    }
    String[] form = path.split("/", -1);
    String[] given = asked.split("/", -1);
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < form.length; i++) {
      boolean open = form[i].startsWith("{");
      if (form.length != given.length || (open ? given[i].isEmpty() : !form[i].equals(given[i]))) {
        return Optional.empty();
      }
      if (open) {
        parts.add(given[i]);
      }
    }
    return Optional.of(parts);
  }

  /** Answered at once. */
  static Endpoint get(String path, Function<Call, HttpResponse> handler) {
    return new Endpoint(
        "GET", path, call -> CompletableFuture.completedFuture(handler.apply(call)));
  }

  static Endpoint post(String path, Handler handler) {
    return new Endpoint("POST", path, handler);
  }
}
