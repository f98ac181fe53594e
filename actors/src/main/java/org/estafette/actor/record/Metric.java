package org.estafette.actor.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code metrics.jsonl}. Times are seconds since the run began, and in a resumed run go
 * on from those of its checkpoint; losses are in nats.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Metric.ProgressPoint.class, name = "progress"),
  @JsonSubTypes.Type(value = Metric.PushRecord.class, name = "push"),
  @JsonSubTypes.Type(value = Metric.WorkerEvent.class, name = "worker"),
  @JsonSubTypes.Type(value = Metric.RunEvent.class, name = "run"),
  @JsonSubTypes.Type(value = Metric.FaultRecord.class, name = "fault")
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface Metric {
  /** When, in seconds since the run began. */
  double seconds();

  /**
   * Where the whole run stands.
   *
   * @param seconds when
   * @param tokens tokens trained on, all workers together
   * @param localSteps local steps, all workers together
   * @param trainLoss mean training loss of the latest rounds
   * @param validationLoss loss on validation data; null where it was not measured now
   * @param validationAccuracy share of validation samples classified rightly, 0 … 1; null where it
   *     was not measured now or the model does not classify
   * @param tokensPerSecond throughput over the last few points
   * @param version updates of the global model
   * @param workers workers that take part
   * @param pushes all pushes so far
   * @param staleness of all pushes so far
   * @param exchanges of a run without a server; null with one
   */
  record ProgressPoint(
      double seconds,
      long tokens,
      long localSteps,
      double trainLoss,
      @Nullable Double validationLoss,
      @Nullable Double validationAccuracy,
      double tokensPerSecond,
      long version,
      int workers,
      Pushes pushes,
      Staleness staleness,
      @Nullable Exchanges exchanges)
      implements Metric {
    /** Of a run with a server. */
    public ProgressPoint(
        double seconds,
        long tokens,
        long localSteps,
        double trainLoss,
        @Nullable Double validationLoss,
        @Nullable Double validationAccuracy,
        double tokensPerSecond,
        long version,
        int workers,
        Pushes pushes,
        Staleness staleness) {
      this(
          seconds,
          tokens,
          localSteps,
          trainLoss,
          validationLoss,
          validationAccuracy,
          tokensPerSecond,
          version,
          workers,
          pushes,
          staleness,
          null);
    }
  }

  /**
   * One round of a worker: pushed to the server, or, without one, averaged with its neighbours.
   *
   * @param seconds when it was decided on
   * @param worker who sent it
   * @param round the worker's round, from 0 on
   * @param roundSeconds how long the round took, from pull to push
   * @param steps local steps
   * @param tokens tokens of the round
   * @param loss mean training loss of the round
   * @param staleness updates of the model since the worker pulled
   * @param weight what the update was multiplied by; 0 where it was refused
   * @param outcome what became of it
   * @param reason why it was merged or refused; null where it was simply accepted
   * @param mix what the average rests on, in a run without a server; null with one
   */
  record PushRecord(
      double seconds,
      String worker,
      long round,
      double roundSeconds,
      int steps,
      long tokens,
      double loss,
      long staleness,
      double weight,
      Outcome outcome,
      @Nullable String reason,
      @Nullable Mix mix)
      implements Metric {
    /** At a server. */
    public PushRecord(
        double seconds,
        String worker,
        long round,
        double roundSeconds,
        int steps,
        long tokens,
        double loss,
        long staleness,
        double weight,
        Outcome outcome,
        @Nullable String reason) {
      this(
          seconds,
          worker,
          round,
          roundSeconds,
          steps,
          tokens,
          loss,
          staleness,
          weight,
          outcome,
          reason,
          null);
    }
  }

  /**
   * What a worker's average rests on.
   *
   * @param fresh neighbours whose message of this round was used
   * @param held neighbours for whom an older message, or none, was used
   * @param mass workers in a relayed sum, push-sum weight; or 1
   * @param spread root of the mean squared distance to the neighbours' models; null where none was
   *     heard
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Mix(int fresh, int held, double mass, @Nullable Double spread) {}

  /**
   * Something that happened to a worker.
   *
   * @param seconds when
   * @param worker to whom
   * @param kind what
   * @param reason why, in words
   * @param incarnation which of its lives; null where that is not known
   * @param stepsLost local steps that went with it, or that it took for nothing; null where there
   *     are none to tell of
   */
  record WorkerEvent(
      double seconds,
      String worker,
      Kind kind,
      String reason,
      @Nullable Integer incarnation,
      @Nullable Integer stepsLost)
      implements Metric {
    /** Of which no more is known. */
    public WorkerEvent(double seconds, String worker, Kind kind, String reason) {
      this(seconds, worker, kind, reason, null, null);
    }
  }

  /**
   * Something that happened to the run as a whole, or was done to it.
   *
   * @param seconds when
   * @param kind what
   * @param text what exactly and why, in words
   */
  record RunEvent(double seconds, RunKind kind, String text) implements Metric {}

  /**
   * A fault that was brought about on purpose: how it began, what it did, how it ended.
   *
   * @param seconds when
   * @param id which fault of the run, from 1 on
   * @param kind its name in plans
   * @param worker whom it is aimed at first, "server" or a worker; null where at nobody in
   *     particular
   * @param phase "began", "effect", "ended" or "not-carried-out"
   * @param reason what it does or did, in words
   * @param met how often it has struck: messages, rounds, writes
   */
  record FaultRecord(
      double seconds,
      long id,
      String kind,
      @Nullable String worker,
      String phase,
      String reason,
      long met)
      implements Metric {}

  /** What happens to a run. */
  enum RunKind {
    /** Somebody paused it. */
    PAUSED,
    /** It goes on. */
    RESUMED,
    /** A checkpoint is on disk. */
    CHECKPOINT,
    /** A checkpoint could not be written. */
    CHECKPOINT_FAILED,
    /** Keys of its configuration were changed. */
    CHANGED,
    /** It takes no more updates. */
    STOPPING,
    /** A node became a member, left, or cannot be reached. */
    MEMBER,
    /** Anything else worth a line. */
    NOTE;

    /** Its name in JSON. */
    @JsonValue
    public String json() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What became of a push. */
  enum Outcome {
    /** Applied on its own. */
    ACCEPTED,
    /** Applied together with others. */
    MERGED,
    /** Not applied. */
    REFUSED;

    /** Its name in JSON. */
    @JsonValue
    public String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What happens to workers. */
  enum Kind {
    /** Takes part from now on. */
    JOINED,
    /** Left in good order. */
    LEFT,
    /** Was killed or cut off. */
    LOST,
    /** Was started again in place of a lost one. */
    RESTARTED,
    /** Its pushes are refused from now on, whatever they hold. */
    QUARANTINED,
    /** Its pushes are taken again. */
    RELEASED,
    /** Anything else worth a line. */
    NOTE;

    /** Its name in JSON. */
    @JsonValue
    public String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
