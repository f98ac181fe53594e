package org.estafette.actor.manage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.estafette.actor.live.FaultStatus;
import org.estafette.actor.live.History;
import org.estafette.actor.live.LiveEvent;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunState;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.live.RunView;
import org.estafette.actor.live.TopologyStatus;
import org.estafette.actor.live.WorkerStatus;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;

/** A run of two workers that only remembers what it was told. */
public final class FakeRun implements RunView, RunControl {
  public final List<String> asked = new CopyOnWriteArrayList<>();
  final List<Consumer<LiveEvent>> followers = new CopyOnWriteArrayList<>();
  private final List<LiveEvent> kept = new ArrayList<>();
  public volatile RunState state = RunState.TRAINING;
  public volatile Outcome outcome = new Outcome.Done("done as told");
  volatile Exception failure;
  volatile boolean withServer = true;

  public FakeRun() {
    publish(new Metric.WorkerEvent(0.5, "worker-0", Metric.Kind.JOINED, "from 127.0.0.1:25520"));
    publish(new Metric.WorkerEvent(0.7, "worker-1", Metric.Kind.LOST, "its process ended", 1, 4));
    publish(push(1, "worker-0", 0, 2, Metric.Outcome.ACCEPTED, null));
    publish(push(2, "worker-1", 0, 3, Metric.Outcome.MERGED, "same-period"));
    publish(push(3, "worker-1", 1, 9, Metric.Outcome.REFUSED, "too-stale"));
    publish(point(3));
    publish(new Metric.RunEvent(4, Metric.RunKind.CHECKPOINT, "version 7"));
  }

  public static Metric.PushRecord push(
      double at, String worker, long round, long stale, Metric.Outcome outcome, String reason) {
    return new Metric.PushRecord(
        at, worker, round, 1.5, 10, 2560, 2.75, stale, 0.5, outcome, reason);
  }

  public static Metric.ProgressPoint point(double at) {
    return new Metric.ProgressPoint(
        at,
        7680,
        30,
        2.75,
        2.5,
        null,
        2560,
        7,
        2,
        new Pushes(1, 1, Map.of("too-stale", 1L)),
        new Staleness(2.5, 3));
  }

  public synchronized void publish(Metric metric) {
    LiveEvent event = new LiveEvent(kept.size() + 1, metric);
    kept.add(event);
    followers.forEach(f -> f.accept(event));
  }

  void fault() {
    publish(new Metric.FaultRecord(4.5, 1, "lose", null, "began", "10 % of the messages lost", 0));
  }

  @Override
  public List<FaultStatus> faults() {
    return List.of(
        new FaultStatus(
            1, "lose", null, "ended", 2, 5.0, "10 % of the messages lost for 3 s", "over", 4),
        new FaultStatus(
            2,
            "kill",
            "worker-1",
            "began",
            3,
            null,
            "worker-1 is killed",
            "worker-1 is killed",
            0));
  }

  @Override
  public RunStatus status() {
    return new RunStatus(
        "1f3a",
        "run-20260101-120000",
        "0.1.0",
        "async delayed-nesterov dylu",
        state,
        state == RunState.PAUSED ? "paused by a person" : "2 of 2 workers train",
        12.5,
        7680,
        100_000,
        36.1,
        2560,
        30,
        2.75,
        2.5,
        null,
        7,
        2,
        2,
        1,
        0.7,
        new Pushes(1, 1, Map.of("too-stale", 1L)),
        new Staleness(2.5, 3),
        withServer ? null : new Exchanges(4, 1, 0, 2, 1, 0.125),
        new RunStatus.CheckpointStatus("checkpoints/version-7", 7, 4),
        List.of("worker-1: 1 push refused (too-stale)"));
  }

  @Override
  public List<WorkerStatus> workers() {
    return List.of(
        worker("worker-0", 1, 0, Map.of(), List.of()),
        worker(
            "worker-1",
            2,
            1,
            Map.of("too-stale", 1L),
            List.of(
                new WorkerStatus.Restart(2.5, 1, "its process ended", 4, 0.75),
                new WorkerStatus.Restart(2.8, 2, "unreachable", 1, null))));
  }

  private static WorkerStatus worker(
      String name,
      int incarnation,
      long merged,
      Map<String, Long> refused,
      List<WorkerStatus.Restart> restarts) {
    return new WorkerStatus(
        name,
        "local-" + name.charAt(7),
        "127.0.0.1:25520",
        true,
        incarnation,
        6.5,
        2,
        20,
        5120,
        1,
        merged,
        refused,
        new Staleness(2.5, 3),
        0.5,
        2.75,
        3.0,
        restarts,
        false,
        name.equals("worker-1") ? "100.0 times the usual length (expected below 5)" : null);
  }

  @Override
  public TopologyStatus topology() {
    return new TopologyStatus(
        "server",
        1,
        List.of(
            new TopologyStatus.Node("server", "127.0.0.1:25520", true),
            new TopologyStatus.Node("worker-0", "127.0.0.1:25520", true),
            new TopologyStatus.Node("worker-1", "127.0.0.1:25520", false)),
        List.of(new TopologyStatus.Link("server", "worker-0")),
        false);
  }

  @Override
  public synchronized History history(int points) {
    return new History(
        kept.size() + 1,
        kept.stream()
            .map(LiveEvent::metric)
            .filter(Metric.ProgressPoint.class::isInstance)
            .map(Metric.ProgressPoint.class::cast)
            .limit(points)
            .toList(),
        kept.stream()
            .map(LiveEvent::metric)
            .filter(Metric.PushRecord.class::isInstance)
            .map(Metric.PushRecord.class::cast)
            .toList(),
        kept.stream()
            .map(LiveEvent::metric)
            .filter(m -> m instanceof Metric.WorkerEvent || m instanceof Metric.RunEvent)
            .toList());
  }

  @Override
  public String config() {
    return "# What to run.\nestafette { name = run, outer { rate = 0.7 } }\n";
  }

  @Override
  public synchronized AutoCloseable follow(long lastSeen, Consumer<LiveEvent> listener) {
    if (lastSeen >= 0) {
      kept.stream().filter(e -> e.id() > lastSeen).forEach(listener);
    }
    followers.add(listener);
    return () -> followers.remove(listener);
  }

  private CompletionStage<Outcome> told(String what, String by) {
    asked.add(what + " by " + by);
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    return CompletableFuture.completedFuture(outcome);
  }

  @Override
  public CompletionStage<Outcome> pause(String by) {
    return told("pause", by);
  }

  @Override
  public CompletionStage<Outcome> resume(String by) {
    return told("resume", by);
  }

  @Override
  public CompletionStage<Outcome> checkpoint(String by) {
    return told("checkpoint", by);
  }

  @Override
  public CompletionStage<Outcome> stop(String by) {
    return told("stop", by);
  }

  @Override
  public CompletionStage<Outcome> release(String worker, String by) {
    return told("release " + worker, by);
  }

  @Override
  public CompletionStage<Outcome> change(Map<String, String> keys, String by) {
    return told("change " + keys, by);
  }

  @Override
  public CompletionStage<Outcome> fault(String fault, String by) {
    return told("fault " + fault, by);
  }
}
