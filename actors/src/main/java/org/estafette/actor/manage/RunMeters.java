package org.estafette.actor.manage;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.estafette.actor.live.LiveEvent;
import org.estafette.actor.live.RunState;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.live.RunView;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/**
 * A run's metrics. What its status tells is read at each scrape; histograms are fed by its events,
 * on the thread that decides: they only count.
 */
final class RunMeters implements AutoCloseable {
  // Micrometer takes no bound of 0; nothing lies between 0 and 0.5.
  private static final double[] STALENESS = {0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256};
  private static final double[] ROUND_SECONDS = {0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600};

  private final RunView view;
  private final MeterRegistry registry;
  private final WorkerMeters workers;
  private final DistributionSummary staleness;
  private final Timer rounds;
  private final Counter written;
  private final Counter failed;
  private final Map<String, Double> roundSeconds = new ConcurrentHashMap<>();
  private final AutoCloseable following;
  private volatile RunStatus status;
  private volatile boolean withoutServer;

  RunMeters(RunView view, MeterRegistry registry) {
    this.view = view;
    this.registry = registry;
    this.status = view.status();
    this.workers = new WorkerMeters(registry, roundSeconds);
    this.staleness =
        DistributionSummary.builder("estafette.push.staleness")
            .description("Updates of the model between a push's pull and its application")
            .serviceLevelObjectives(STALENESS)
            .register(registry);
    this.rounds =
        Timer.builder("estafette.round")
            .description("Rounds from pull to push")
            .serviceLevelObjectives(
                DoubleStream.of(ROUND_SECONDS)
                    .mapToObj(s -> Duration.ofMillis(Math.round(1000 * s)))
                    .toArray(Duration[]::new))
            .register(registry);
    this.written = checkpoints("written");
    this.failed = checkpoints("failed");
    gauges();
    this.following = Following.follow(view, 0, "the metrics of the run", this::on);
  }

  private Counter checkpoints(String outcome) {
    return Counter.builder("estafette.checkpoints")
        .description("Checkpoints since this node began")
        .tag("outcome", outcome)
        .register(registry);
  }

  private void gauges() {
    Gauge.builder("estafette.release", () -> 1)
        .description("What runs here")
        .tag("release", status.release())
        .tag("strategy", status.strategy())
        .register(registry);
    for (RunState state : RunState.values()) {
      Gauge.builder("estafette.run.state", this, m -> m.status.state() == state ? 1 : 0)
          .description("1 for the state that the run is in")
          .tag("state", state.json())
          .register(registry);
    }
    gauge("run.seconds", "Since the run began", RunStatus::seconds);
    gauge(
        "run.eta.seconds",
        "Until the budget is used up at the present throughput",
        s -> orNaN(s.etaSeconds()));
    gauge("run.warnings", "Things that somebody should look at", s -> s.warnings().size());
    counter("tokens", "Trained on, all workers together", RunStatus::tokens);
    gauge("tokens.budget", "Length of the run", RunStatus::budgetTokens);
    gauge("tokens.per.second", "Throughput over the last few points", RunStatus::tokensPerSecond);
    counter("local.steps", "All workers together", RunStatus::localSteps);
    gauge("train.loss", "Mean of the latest rounds, nats", s -> orNaN(s.trainLoss()));
    gauge("validation.loss", "Newest, nats", s -> orNaN(s.validationLoss()));
    gauge("validation.accuracy.ratio", "Newest, 0 to 1", s -> orNaN(s.validationAccuracy()));
    gauge("model.version", "Updates of the global model", RunStatus::version);
    gauge("outer.gain", "K w lr/(1-beta) of the outer step", RunStatus::gain);
    gauge("checkpoint.age.seconds", "Since the newest checkpoint was written", RunMeters::age);
    gauge(
        "checkpoint.version",
        "Version of the model in the newest checkpoint",
        s -> s.checkpoint() == null ? Double.NaN : s.checkpoint().version());
    gauge("staleness.mean", "Over all applied pushes", s -> s.staleness().mean());
    gauge("staleness.max", "Largest of all pushes", s -> s.staleness().max());
    gauge("workers.live", "Workers that take part now", RunStatus::workers);
    gauge("workers.expected", "Workers that were asked for", RunStatus::workersExpected);
    counter("restarts", "Workers that came back after a loss", RunStatus::restarts);
    pushes("accepted", "", s -> s.pushes().accepted());
    pushes("merged", "", s -> s.pushes().merged());
  }

  private void exchanges() {
    gauge("consensus.distance", "As last measured", s -> orNaN(of(s).consensus()));
    gauge("graph.epoch", "One higher with each change of who is live", s -> of(s).epoch());
    counter(
        "graph.repairs", "Times that the graph closed around a lost worker", s -> of(s).repairs());
    message("fresh", s -> of(s).fresh());
    message("held", s -> of(s).held());
    message("superseded", s -> of(s).superseded());
  }

  private static Exchanges of(RunStatus s) {
    return s.exchanges() == null ? new Exchanges(0, 0, 0, 0, 0, null) : s.exchanges();
  }

  private void message(String use, ToDoubleFunction<RunStatus> value) {
    FunctionCounter.builder("estafette.exchanges", this, m -> value.applyAsDouble(m.status))
        .description("Neighbours' messages, by what became of them")
        .tag("message", use)
        .register(registry);
  }

  private static double age(RunStatus s) {
    return s.seconds() - (s.checkpoint() == null ? 0 : s.checkpoint().seconds());
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private void gauge(String name, String what, ToDoubleFunction<RunStatus> value) {
    Gauge.builder("estafette." + name, this, m -> value.applyAsDouble(m.status))
        .description(what)
        .register(registry);
  }

  private void counter(String name, String what, ToDoubleFunction<RunStatus> value) {
    FunctionCounter.builder("estafette." + name, this, m -> value.applyAsDouble(m.status))
        .description(what)
        .register(registry);
  }

  private void pushes(String outcome, String reason, ToDoubleFunction<RunStatus> value) {
    FunctionCounter.builder("estafette.pushes", this, m -> value.applyAsDouble(m.status))
        .description("Rounds that arrived, and what became of them")
        .tags(Tags.of("outcome", outcome, "reason", reason))
        .register(registry);
  }

  private void on(LiveEvent event) {
    switch (event.metric()) {
      case Metric.PushRecord p -> {
        if (p.outcome() != Metric.Outcome.REFUSED) {
          staleness.record(p.staleness());
        }
        rounds.record(Math.round(p.roundSeconds() * 1e9), TimeUnit.NANOSECONDS);
        roundSeconds.put(p.worker(), p.roundSeconds());
      }
      case Metric.RunEvent r when r.kind() == Metric.RunKind.CHECKPOINT -> written.increment();
      case Metric.RunEvent r when r.kind() == Metric.RunKind.CHECKPOINT_FAILED ->
          failed.increment();
      case Metric.FaultRecord f -> fault(f);
      default -> {}
    }
  }

  private void fault(Metric.FaultRecord f) {
    if (f.phase().equals("began") || f.phase().equals("not-carried-out")) {
      Counter.builder("estafette.faults")
          .description("Faults brought about on purpose, by kind")
          .tag("kind", f.kind())
          .tag("outcome", f.phase())
          .register(registry)
          .increment();
    }
  }

  /** Takes the figures of this moment; workers and reasons that are new get their series. */
  void refresh() {
    status = view.status();
    if (status.exchanges() != null && !withoutServer) {
      withoutServer = true;
      exchanges();
    }
    // Registering what is there already changes nothing.
    status
        .pushes()
        .refused()
        .keySet()
        .forEach(reason ->
            pushes("refused", reason, s -> s.pushes().refused().getOrDefault(reason, 0L)));
    workers.refresh(view.workers(), status.seconds());
  }

  @Override
  public void close() {
    try {
      following.close();
    } catch (Exception e) {
      throw new IllegalStateException("a run's events could not be let go", e);
    }
  }
}
