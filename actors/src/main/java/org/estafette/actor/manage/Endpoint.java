package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * An operation: a row of the table that requests are looked up in, and of {@code openapi.json}.
 *
 * @param method GET (which answers HEAD too) or POST
 * @param path exact
 * @param handler answers; what it throws becomes a problem document
 */
record Endpoint(String method, String path, Handler handler) {
  /** Answers a request. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<HttpResponse> answer(Call call);
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
