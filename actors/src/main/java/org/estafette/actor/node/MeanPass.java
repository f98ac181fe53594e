package org.estafette.actor.node;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.estafette.actor.run.RunTally;
import org.estafette.algorithm.model.Score;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** Validates and saves the mean of the workers' parameters, beside the training. */
final class MeanPass implements AutoCloseable {
  private final ServerSetup setup;
  private final Executor executor;
  private final Evaluator evaluator;

  MeanPass(ServerSetup setup, Executor executor) {
    this.setup = setup;
    this.executor = executor;
    this.evaluator = new Evaluator(setup.workshop(), executor);
  }

  /**
   * What was done.
   *
   * @param score on validation data; null where it was not to be measured, or could not be
   * @param path of the checkpoint; empty where none was written
   * @param failure what could not be done; empty where all could
   */
  record Done(@Nullable Score score, String path, String failure) {}

  /**
   * Starts on one mean.
   *
   * @param mean x̄; the lease passes
   * @param batches of validation; 0 where its loss is not to be measured
   * @param state to be saved, its vectors the mean's; null for none
   * @param tally saved with it
   */
  CompletableFuture<Done> start(
      Lease mean, int batches, @Nullable ServerState state, RunTally tally) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (mean) {
            return done(mean, batches, state, tally);
          }
        },
        executor);
  }

  private Done done(Lease mean, int batches, @Nullable ServerState state, RunTally tally) {
    Score score = null;
    String path = "";
    String failure = "";
    // What is learnt is saved first; and one that fails must not keep the other from being done.
    try {
      path = state == null ? "" : setup.checkpoints().write(state, tally).toString();
    } catch (IOException | RuntimeException e) {
      failure = e.toString();
    }
    try {
      score = batches > 0 ? evaluator.validate(mean.vector(), batches) : null;
    } catch (RuntimeException e) {
      failure += (failure.isEmpty() ? "" : "; ") + "validation: " + e;
    }
    return new Done(score, path, failure);
  }

  @Override
  public void close() {
    evaluator.close();
  }
}
