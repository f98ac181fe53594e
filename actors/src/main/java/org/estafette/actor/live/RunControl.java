package org.estafette.actor.live;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What can be asked of a run while it goes on. Every method may be called from any thread. */
public interface RunControl {
  /**
   * Workers stop before their next local step and keep all they have; updates under way are still
   * applied. Nothing times out meanwhile.
   *
   * @param by who asks, for the log
   */
  CompletionStage<Outcome> pause(String by);

  /** Workers go on where they stopped. */
  CompletionStage<Outcome> resume(String by);

  /** Writes a checkpoint now; completed when it is on disk, {@link Outcome.Done} names its path. */
  CompletionStage<Outcome> checkpoint(String by);

  /** Checkpoints and ends the run, as Ctrl+C does. */
  CompletionStage<Outcome> stop(String by);

  /**
   * Lets a worker out of quarantine: the next round that it is given counts again.
   *
   * @param worker its slot, "worker-3"
   */
  CompletionStage<Outcome> release(String worker, String by);

  /**
   * Changes keys of the configuration while the run goes on: all of them, or, where one cannot be
   * changed, none.
   *
   * @param keys relative to {@code estafette}, with their values in HOCON
   */
  CompletionStage<Outcome> change(Map<String, String> keys, String by);

  /**
   * Brings a fault about.
   *
   * @param fault HOCON: a fault of a plan, {@code {"kind": "lose", …}}, or {@code {"plan": NAME}}
   *     for one of those that come along
   */
  default CompletionStage<Outcome> fault(String fault, String by) {
    return java.util.concurrent.CompletableFuture.completedFuture(
        new Outcome.Conflict("no fault can be brought about here"));
  }

  /** What became of a command. */
  sealed interface Outcome {
    /** What it was that was done or not done, in words. */
    String detail();

    /** It was done, or had been already. */
    record Done(String detail) implements Outcome {}

    /** The run is not in a state for it. */
    record Conflict(String detail) implements Outcome {}

    /** The run has nothing of that name. */
    record Unknown(String detail) implements Outcome {}

    /** It cannot be done to any run: an unknown key, a value out of its range. */
    record Invalid(String detail) implements Outcome {}

    /** It was tried and failed. */
    record Failed(String detail) implements Outcome {}
  }
}
