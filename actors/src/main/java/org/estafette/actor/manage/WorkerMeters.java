package org.estafette.actor.manage;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.estafette.actor.live.WorkerStatus;
import org.jspecify.annotations.Nullable;

/** A series per slot and figure: as many as workers were ever expected, however often they die. */
final class WorkerMeters {
  private final MeterRegistry registry;
  private final Map<String, Double> roundSeconds;
  private final Map<String, WorkerStatus> workers = new ConcurrentHashMap<>();
  private volatile double now;

  /**
   * @param roundSeconds of each worker's newest round
   */
  WorkerMeters(MeterRegistry registry, Map<String, Double> roundSeconds) {
    this.registry = registry;
    this.roundSeconds = roundSeconds;
  }

  void refresh(List<WorkerStatus> all, double seconds) {
    now = seconds;
    for (WorkerStatus w : all) {
      if (workers.put(w.worker(), w) == null) {
        register(w.worker());
      }
    }
  }

  private void register(String worker) {
    gauge(worker, "live", "1 while it takes part", w -> w.live() ? 1 : 0);
    gauge(worker, "quarantined", "1 while its pushes are refused", w -> w.quarantined() ? 1 : 0);
    gauge(
        worker,
        "outlier",
        "1 while its pushes lie apart from the others'",
        w -> w.outlier() == null ? 0 : 1);
    counter(worker, "restarts", "Its earlier lives' ends", w -> w.restarts().size());
    counter(worker, "rounds", "Rounds that it finished", WorkerStatus::rounds);
    counter(worker, "local.steps", "Local steps of its rounds", WorkerStatus::localSteps);
    counter(worker, "tokens", "Tokens of its rounds", WorkerStatus::tokens);
    gauge(worker, "steps.per.second", "Of its newest round", w -> orNaN(w.stepsPerSecond()));
    gauge(worker, "loss", "Of its newest round, nats", w -> orNaN(w.loss()));
    gauge(worker, "staleness.mean", "Of its applied pushes", w -> w.staleness().mean());
    gauge(
        worker,
        "contribution.ratio",
        "Its share of all that was applied",
        WorkerStatus::contribution);
    gauge(
        worker,
        "silence.seconds",
        "Since its newest push was decided on",
        w -> w.lastSeconds() == null ? Double.NaN : Math.max(0, now - w.lastSeconds()));
    gauge(
        worker,
        "round.seconds",
        "How long its newest round took",
        w -> roundSeconds.getOrDefault(worker, Double.NaN));
    pushes(worker, "accepted", WorkerStatus::accepted);
    pushes(worker, "merged", WorkerStatus::merged);
    pushes(worker, "refused", w -> w.refused().values().stream().mapToLong(Long::longValue).sum());
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private double of(String worker, ToDoubleFunction<WorkerStatus> value) {
    WorkerStatus w = workers.get(worker);
    return w == null ? Double.NaN : value.applyAsDouble(w);
  }

  private void gauge(
      String worker, String name, String what, ToDoubleFunction<WorkerStatus> value) {
    Gauge.builder("estafette.worker." + name, this, m -> m.of(worker, value))
        .description(what)
        .tag("worker", worker)
        .register(registry);
  }

  private void counter(
      String worker, String name, String what, ToDoubleFunction<WorkerStatus> value) {
    FunctionCounter.builder("estafette.worker." + name, this, m -> m.of(worker, value))
        .description(what)
        .tag("worker", worker)
        .register(registry);
  }

  private void pushes(String worker, String outcome, ToDoubleFunction<WorkerStatus> value) {
    FunctionCounter.builder("estafette.worker.pushes", this, m -> m.of(worker, value))
        .description("What became of its pushes")
        .tags(Tags.of("worker", worker, "outcome", outcome))
        .register(registry);
  }
}
