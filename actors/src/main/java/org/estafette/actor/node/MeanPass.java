package org.estafette.actor.node;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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
   * @param validate whether to measure its loss
   * @param state to be saved, its vectors the mean's; null for none
   */
  CompletableFuture<Done> start(Lease mean, boolean validate, @Nullable ServerState state) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (mean) {
            return done(mean, validate, state);
          }
        },
        executor);
  }

  private Done done(Lease mean, boolean validate, @Nullable ServerState state) {
    Score score = null;
    String path = "";
    String failure = "";
    // What is learnt is saved first; and one that fails must not keep the other from being done.
    try {
      path = state == null ? "" : setup.checkpoints().write(state).toString();
    } catch (IOException | RuntimeException e) {
      failure = e.toString();
    }
    try {
      int batches = setup.workshop().config().evaluation().batches();
      score = validate ? evaluator.validate(mean.vector(), batches) : null;
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
