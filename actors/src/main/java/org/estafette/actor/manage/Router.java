package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import akka.stream.Materializer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests: the gate, the table of endpoints, files, Akka Management's routes. */
final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);
  private static final List<HttpHeader> ALWAYS =
      List.of(
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("X-Frame-Options", "DENY"),
          RawHeader.create("Referrer-Policy", "no-referrer"),
          RawHeader.create(
              "Content-Security-Policy",
              "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none';"
                  + " form-action 'none'"));

  private final Gate gate;
  private final List<Endpoint> endpoints;
  private final Function<Call, @Nullable HttpResponse> files;
  private final Function<HttpRequest, CompletionStage<HttpResponse>> akka;
  private final Materializer materializer;

  /**
   * @param endpoints ours
   * @param files answers GET of what is no endpoint, or null
   * @param akka Akka Management's routes
   */
  Router(
      Gate gate,
      List<Endpoint> endpoints,
      Function<Call, @Nullable HttpResponse> files,
      Function<HttpRequest, CompletionStage<HttpResponse>> akka,
      Materializer materializer) {
    this.gate = gate;
    this.endpoints = endpoints;
    this.files = files;
    this.akka = akka;
    this.materializer = materializer;
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  CompletionStage<HttpResponse> answer(HttpRequest request) {
    CompletionStage<HttpResponse> answer;
    try {
      HttpResponse refusal = gate.refusal(request);
      if (refusal != null) {
        request.discardEntityBytes(materializer);
        answer = CompletableFuture.completedFuture(refusal);
      } else {
        answer = route(new Call(request, gate.user(), List.of()));
      }
    } catch (Exception e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer
        .exceptionally(failure -> problem(request, failure))
        .thenApply(r -> r.addHeaders(ALWAYS));
  }

  private CompletionStage<HttpResponse> route(Call call) throws Exception {
    String path = call.path();
    String method = call.request().method().value();
    String asked = method.equals("HEAD") ? "GET" : method;
    Set<String> allowed = new TreeSet<>();
    for (Endpoint e : endpoints) {
      Optional<List<String>> parts = e.parts(path);
      if (parts.isPresent()) {
        if (e.method().equals(asked)) {
          if (asked.equals("GET")) {
            call.request().discardEntityBytes(materializer);
          }
          return e.handler().answer(call.with(parts.get()));
        }
        allowed.add(e.method());
      }
    }
    if (!allowed.isEmpty()) {
      call.request().discardEntityBytes(materializer);
      return CompletableFuture.completedFuture(
          Problem.of(405, method + " (expected " + String.join(", ", allowed) + ")", path)
              .addHeader(RawHeader.create("Allow", String.join(", ", allowed))));
    }
    if (asked.equals("GET")) {
      HttpResponse file = files.apply(call);
      if (file != null) {
        call.request().discardEntityBytes(materializer);
        return CompletableFuture.completedFuture(file);
      }
    }
    if (!AkkaRoutes.described(asked, path)) {
      call.request().discardEntityBytes(materializer);
      return CompletableFuture.completedFuture(AkkaRoutes.refusal(method, path));
    }
    return akka.apply(call.request()).thenCompose(r -> AkkaErrors.asProblem(r, path, materializer));
  }

  private static HttpResponse problem(HttpRequest request, Throwable failure) {
    String path = request.getUri().path();
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ProblemException p) {
      return Problem.of(p.status(), String.valueOf(p.getMessage()), path);
    }
    if (cause instanceof TimeoutException) {
      return Problem.of(
          504, "not done yet; it goes on, GET /estafette/run shows what became of it", path);
    }
    LOG.error("{} {} failed", request.method().value(), path, cause);
    return Problem.of(500, cause + " (the node's log has more)", path);
  }
}
