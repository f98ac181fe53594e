package org.estafette.actor.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.model.Score;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** Validates parameters beside the training, one set at a time. */
final class Evaluator implements AutoCloseable {
  private final Workshop workshop;
  private final Executor executor;
  private @Nullable DeviceTrainer trainer;
  private boolean closed;

  Evaluator(Workshop workshop, Executor executor) {
    this.workshop = workshop;
    this.executor = executor;
  }

  /** What these parameters are worth on validation data; the lease passes to the evaluator. */
  CompletionStage<Score> validate(Lease parameters, int batches) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (parameters) {
            return validate(parameters.vector(), batches);
          }
        },
        executor);
  }

  /** The same on the calling thread. */
  synchronized Score validate(org.estafette.memory.FlatVector parameters, int batches) {
    if (closed) {
      throw new IllegalStateException("the run is over");
    }
    DeviceTrainer t = trainer;
    if (t == null) {
      t = workshop.newTrainer();
      trainer = t;
    }
    t.load(parameters);
    return t.score(batches);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (trainer != null) {
      trainer.close();
      trainer = null;
    }
  }
}
