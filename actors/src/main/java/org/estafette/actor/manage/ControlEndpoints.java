package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.stream.Materializer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.live.RunState;
import org.estafette.actor.record.Json;

/** What can be asked of a run; refused unless {@code management.writes} is on. */
final class ControlEndpoints {
  /** A checkpoint of a large model takes a while; who waits longer is told to look again. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MOST_BYTES = 64 * 1024;
  private static final String KEYS = "an object of keys, {\"checkpoint.every\": \"30s\"}";
  private static final String FAULT =
      "a fault, {\"kind\": \"kill\", \"who\": \"worker-0\"}, or {\"plan\": \"lossy\"}";

  private final Managed.Run run;
  private final boolean writes;
  private final Materializer materializer;

  /** What was done, and what the run is doing now. */
  private record Done(String detail, RunState state) {}

  private ControlEndpoints(Managed.Run run, boolean writes, Materializer materializer) {
    this.run = run;
    this.writes = writes;
    this.materializer = materializer;
  }

  static List<Endpoint> of(Managed.Run run, boolean writes, Materializer materializer) {
    ControlEndpoints c = new ControlEndpoints(run, writes, materializer);
    RunControl control = run.control();
    return List.of(
        c.run("pause", call -> control.pause(call.by())),
        c.run("resume", call -> control.resume(call.by())),
        c.run("checkpoint", call -> control.checkpoint(call.by())),
        c.run("stop", call -> control.stop(call.by())),
        c.command(
            "/estafette/workers/{worker}/release",
            call -> control.release(call.parts().getFirst(), call.by())),
        c.post("/estafette/run/config", c::change),
        c.post("/estafette/faults", c::fault));
  }

  private Endpoint run(String name, Function<Call, CompletionStage<Outcome>> does) {
    return command("/estafette/run/" + name, does);
  }

  /** Without a body. */
  private Endpoint command(String path, Function<Call, CompletionStage<Outcome>> does) {
    return post(
        path,
        call -> {
          call.request().discardEntityBytes(materializer);
          return does.apply(call);
        });
  }

  /**
   * @param does reads the body, or throws it away
   */
  private Endpoint post(String path, Function<Call, CompletionStage<Outcome>> does) {
    return Endpoint.post(
        path,
        call -> {
          if (!writes) {
            call.request().discardEntityBytes(materializer);
            return CompletableFuture.completedFuture(refused(call));
          }
          return does.apply(call)
              .toCompletableFuture()
              .copy()
              .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .thenApply(outcome -> answer(call, outcome));
        });
  }

  private static HttpResponse refused(Call call) {
    return Problem.of(
        Problem.WRITES_OFF,
        "Writes are off",
        403,
        "estafette.management.writes = false (expected true for this); start the run with"
            + " --set management.writes=true",
        call.path());
  }

  private HttpResponse answer(Call call, Outcome outcome) {
    String path = call.path();
    return switch (outcome) {
      case Outcome.Done d -> Answers.json(new Done(d.detail(), run.view().status().state()));
      case Outcome.Conflict c ->
          Problem.of(Problem.CONFLICT, "The run is not in a state for it", 409, c.detail(), path);
      case Outcome.Unknown u ->
          Problem.of(Problem.UNKNOWN, "The run has nothing of that name", 404, u.detail(), path);
      case Outcome.Invalid i ->
          Problem.of(Problem.INVALID, "Not possible for any run", 422, i.detail(), path);
      case Outcome.Failed f -> Problem.of(500, f.detail(), path);
    };
  }

  private CompletionStage<Outcome> change(Call call) {
    return body(call, "an object of keys")
        .thenApply(ControlEndpoints::keys)
        .thenCompose(keys -> run.control().change(keys, call.by()));
  }

  private CompletionStage<Outcome> fault(Call call) {
    return body(call, "a fault, or the name of a plan")
        .thenCompose(body -> {
          object(body, FAULT);
          return run.control().fault(body, call.by());
        });
  }

  /** The body of a request, JSON. */
  private CompletionStage<String> body(Call call, String expected) {
    String type = call.request().entity().getContentType().mediaType().toString();
    if (!type.equals("application/json")) {
      call.request().discardEntityBytes(materializer);
      throw new ProblemException(
          415, "Content-Type " + type + " (expected application/json, " + expected + ")");
    }
    return call.request()
        .entity()
        .withSizeLimit(MOST_BYTES)
        .toStrict(PATIENCE.toMillis(), materializer)
        .handle((entity, failure) -> {
          if (failure != null) {
            throw unread(failure);
          }
          return entity.getData().decodeString(StandardCharsets.UTF_8);
        });
  }

  private static ProblemException unread(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EntityStreamSizeException) {
        return new ProblemException(
            413, "the body is too large (expected at most " + MOST_BYTES + " bytes)");
      }
      if (t instanceof TimeoutException) {
        return new ProblemException(
            408, "the body did not come within " + PATIENCE.toSeconds() + " s");
      }
    }
    return new ProblemException(400, "the body cannot be read: " + failure.getMessage());
  }

  /** Nested objects and dotted names mean the same, as in HOCON. */
  static Map<String, String> keys(String body) {
    Map<String, String> keys = new TreeMap<>();
    flatten("", object(body, KEYS), keys);
    return keys;
  }

  /**
   * @param expected what it should be, for messages
   */
  private static JsonNode object(String body, String expected) {
    JsonNode node;
    try {
      node =
          Json.LINES.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(body);
    } catch (JsonProcessingException e) {
      throw new ProblemException(
          400, "the body is not JSON: " + e.getOriginalMessage() + " (expected " + expected + ")");
    }
    if (node == null || !node.isObject() || node.isEmpty()) {
      throw new ProblemException(
          400,
          "the body is not "
              + expected.replaceFirst(", \\{.*", "")
              + " (expected "
              + expected
              + ")");
    }
    return node;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> keys) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties()
          .forEach(e ->
              flatten(
                  prefix.isEmpty() ? e.getKey() : prefix + "." + e.getKey(), e.getValue(), keys));
    } else {
      // JSON is HOCON: a text keeps its quotes.
      keys.put(prefix, node.toString());
    }
  }
}
