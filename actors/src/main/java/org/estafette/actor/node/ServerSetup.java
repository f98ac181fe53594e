package org.estafette.actor.node;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.live.LiveRun;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * What the server's actor needs.
 *
 * @param run number of the run
 * @param workshop makes the participant and the evaluator
 * @param port for tensors
 * @param monitor follows the run
 * @param checkpoints where state goes
 * @param resume state to go on from; null for a new run
 * @param live what people can know of it
 * @param clock the run's
 * @param faults is told what whoever brings faults about must know
 * @param home where its configuration is kept
 * @param epoch claimed for this server: what belongs to a lower one is refused
 * @param result completed when the run has ended and its last checkpoint is written
 */
record ServerSetup(
    long run,
    Workshop workshop,
    TensorPort port,
    RunMonitor monitor,
    RunCheckpoints checkpoints,
    @Nullable ServerState resume,
    LiveRun live,
    RunClock clock,
    FaultHooks faults,
    RunHome home,
    long epoch,
    CompletableFuture<Ending> result) {
  /** Where what happens is written down. */
  RunLog log() {
    return new RunLog(monitor, live, clock);
  }

  /** An actor that never was has no last moment in which to say so. */
  void cannotBegin(RuntimeException e) {
    result.completeExceptionally(e instanceof UncheckedIOException io ? io.getCause() : e);
  }

  /**
   * How a run ended.
   *
   * @param reason "finished" or why it was stopped
   * @param checkpoint the last checkpoint; null where none could be written
   * @param failure why the last checkpoint could not be written; empty where it was
   */
  record Ending(String reason, @Nullable Path checkpoint, String failure) {}
}
