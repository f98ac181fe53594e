package org.estafette.actor.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Staleness;
import org.jspecify.annotations.Nullable;

/** What one worker has done and what became of it, added up. */
final class Ledger {
  // Of a worker that dies again and again the last ends tell enough.
  private static final int RESTARTS = 100;

  private final String worker;
  private final Map<String, Long> refused = new TreeMap<>();
  private final List<WorkerStatus.Restart> restarts = new ArrayList<>();
  private String key = "";
  private String node = "";
  private boolean live;
  private int incarnation = 1;
  private String quarantine = "";
  private String outlier = "";
  private long rounds;
  private long localSteps;
  private long tokens;
  private long accepted;
  private long merged;
  private double stalenessSum;
  private long stalenessMax;
  private double given;
  private double longestRound;
  private double joinedAt = Double.NaN;
  private @Nullable Double stepsPerSecond;
  private @Nullable Double loss;
  private @Nullable Double last;

  Ledger(String worker) {
    this.worker = worker;
  }

  void known(String newKey, String newNode, int newIncarnation) {
    key = newKey;
    node = newNode;
    incarnation = newIncarnation;
  }

  void add(Metric.PushRecord push) {
    last = push.seconds();
    if (push.outcome() == Metric.Outcome.REFUSED) {
      refused.merge(reason(push), 1L, Long::sum);
      return;
    }
    rounds++;
    localSteps += push.steps();
    tokens += push.tokens();
    given += push.weight() * push.steps();
    loss = Double.isNaN(push.loss()) ? null : (Double) push.loss();
    longestRound = Math.max(push.roundSeconds(), longestRound / 2);
    if (push.roundSeconds() > 0) {
      stepsPerSecond = push.steps() / push.roundSeconds();
    }
    if (push.outcome() == Metric.Outcome.MERGED) {
      merged++;
    } else {
      accepted++;
    }
    stalenessSum += push.staleness();
    stalenessMax = Math.max(stalenessMax, push.staleness());
    replaced(push.seconds());
  }

  /** A refusal's line is "reason: detail". */
  static String reason(Metric.PushRecord push) {
    String text = push.reason() == null ? "refused" : push.reason();
    int colon = text.indexOf(':');
    return colon < 0 ? text : text.substring(0, colon);
  }

  /** The first push of a later life has been applied: what its predecessor's end cost is known. */
  private void replaced(double at) {
    if (restarts.isEmpty() || restarts.getLast().secondsLost() != null) {
      return;
    }
    WorkerStatus.Restart r = restarts.getLast();
    restarts.set(
        restarts.size() - 1,
        new WorkerStatus.Restart(
            r.seconds(), r.incarnation(), r.cause(), r.stepsLost(), at - r.seconds()));
  }

  void add(Metric.WorkerEvent event) {
    switch (event.kind()) {
      case JOINED, RESTARTED -> {
        live = true;
        joinedAt = event.seconds();
        incarnation = event.incarnation() == null ? incarnation : event.incarnation();
      }
      case LEFT, LOST -> {
        live = false;
        int life = event.incarnation() == null ? incarnation : event.incarnation();
        long steps = event.stepsLost() == null ? 0 : event.stepsLost();
        if (restarts.size() == RESTARTS) {
          restarts.removeFirst();
        }
        restarts.add(
            new WorkerStatus.Restart(event.seconds(), life, cause(event.reason()), steps, null));
      }
      case QUARANTINED -> quarantine = event.reason();
      case RELEASED -> quarantine = "";
      case OUTLIER -> outlier = event.reason();
      case ORDINARY -> outlier = "";
      case NOTE -> {}
    }
  }

  /** The monitor adds the cost to the cause, for people. */
  private static String cause(String reason) {
    int cost = reason.lastIndexOf("local steps lost: ");
    String cause = cost < 0 ? reason : reason.substring(0, cost).strip();
    cause = cause.endsWith(";") ? cause.substring(0, cause.length() - 1) : cause;
    return cause.isEmpty() ? "not known" : cause;
  }

  /** It was of a part of the run that is over: who comes now begins anew. */
  void past() {
    live = false;
    longestRound = 0;
    stepsPerSecond = null;
  }

  void unmark() {
    outlier = "";
  }

  boolean live() {
    return live;
  }

  /** Why its pushes are refused whatever they hold; empty where they are not. */
  String quarantine() {
    return live ? quarantine : "";
  }

  /** Why its pushes are told to lie apart from the others'; empty where they are not. */
  String outlier() {
    return live ? outlier : "";
  }

  String node() {
    return node;
  }

  /** Σ weight·steps of what was applied. */
  double given() {
    return given;
  }

  /** Seconds without a push, where that is much longer than its rounds take; else null. */
  @Nullable Double overdue(double now) {
    if (!live || longestRound <= 0) {
      return null;
    }
    double since = Math.max(last == null ? joinedAt : last, joinedAt);
    double silent = now - since;
    return silent > 3 * longestRound + 10 ? (Double) silent : null;
  }

  WorkerStatus status(double givenByAll) {
    long applied = accepted + merged;
    return new WorkerStatus(
        worker,
        key,
        node,
        live,
        incarnation,
        stepsPerSecond,
        rounds,
        localSteps,
        tokens,
        accepted,
        merged,
        new TreeMap<>(refused),
        applied == 0 ? Staleness.NONE : new Staleness(stalenessSum / applied, stalenessMax),
        givenByAll > 0 ? given / givenByAll : 0,
        loss,
        last,
        List.copyOf(restarts),
        !quarantine().isEmpty(),
        outlier().isEmpty() ? null : outlier());
  }
}
