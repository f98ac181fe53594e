package org.estafette.actor.node;

import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.record.Metric;
import org.estafette.algorithm.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * Pauses a run and lets it go on. The run's clock and the participant's timers stop at once; each
 * worker is told to take no further step and says when it takes none. A worker that has not heard
 * of it is told again when it sends something, one that has not heard of the end when it says that
 * it still stands. Used by the actor's thread.
 */
final class Halting {
  // A step of a large model may take as long; the run is paused all the same.
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TimerScheduler<ServerMessage> timers;
  private final PausableTimers<ServerMessage> own;
  private final RunLog log;
  private final TreeSet<PeerId> moving = new TreeSet<>();
  private long pause;
  private String by = "";
  private @Nullable CompletableFuture<Outcome> reply;

  Halting(TimerScheduler<ServerMessage> timers, PausableTimers<ServerMessage> own, RunLog log) {
    this.timers = timers;
    this.own = own;
    this.log = log;
  }

  boolean paused() {
    return own.paused();
  }

  void pause(ServerMessage.Pause m, Collection<WorkerTable.Entry> workers) {
    if (paused()) {
      m.reply().complete(new Outcome.Done("was paused already by " + by));
      return;
    }
    own.pause();
    pause++;
    by = m.by();
    log.event(Metric.RunKind.PAUSED, "paused by " + by);
    reply = m.reply();
    moving.clear();
    for (WorkerTable.Entry e : workers) {
      moving.add(e.id());
      e.actor().tell(new WorkerMessage.Halt(pause));
    }
    timers.startSingleTimer(new ServerMessage.HaltOverdue(pause), PATIENCE);
    answerIfStill();
  }

  void resume(ServerMessage.Resume m, Collection<WorkerTable.Entry> workers) {
    if (!paused()) {
      m.reply().complete(new Outcome.Done("was not paused"));
      return;
    }
    answer(new Outcome.Done("paused by " + by + ", and resumed meanwhile by " + m.by()));
    double stood = own.resume();
    String text = String.format(Locale.ROOT, "resumed by %s after %.1f s", m.by(), stood);
    log.event(Metric.RunKind.RESUMED, text);
    workers.forEach(e -> e.actor().tell(new WorkerMessage.GoOn(pause)));
    m.reply().complete(new Outcome.Done(text));
  }

  /** The run ends: its timers go on, its workers need not. */
  void over() {
    answer(new Outcome.Done("paused by " + by + "; the run ends"));
    own.resume();
  }

  /** A worker joins, or has sent something: while the run is paused, it is told. */
  void tell(WorkerTable.@Nullable Entry worker) {
    if (paused() && worker != null) {
      worker.actor().tell(new WorkerMessage.Halt(pause));
    }
  }

  /** A worker says that it stands still. */
  void standing(ServerMessage.Halted m, WorkerTable.@Nullable Entry worker) {
    if (worker == null || worker.incarnation() != m.incarnation()) {
      return;
    }
    if (paused() && m.pause() == pause) {
      moving.remove(worker.id());
      answerIfStill();
    } else if (!paused()) {
      worker.actor().tell(new WorkerMessage.GoOn(pause)); // It was told, and did not hear it.
    }
  }

  void gone(PeerId worker) {
    moving.remove(worker);
    answerIfStill();
  }

  void overdue(ServerMessage.HaltOverdue m) {
    if (m.pause() == pause) {
      String late = moving.stream().map(PeerId::toString).collect(Collectors.joining(", "));
      answer(new Outcome.Done("paused by " + by + "; still in a step: " + late));
    }
  }

  private void answerIfStill() {
    if (paused() && moving.isEmpty()) {
      answer(new Outcome.Done("paused by " + by + ": all workers stand still"));
    }
  }

  private void answer(Outcome outcome) {
    if (reply != null) {
      reply.complete(outcome);
      reply = null;
      timers.cancel(new ServerMessage.HaltOverdue(pause));
    }
  }
}
