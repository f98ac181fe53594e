package org.estafette.actor.manage;

import akka.actor.ActorSystem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Akka Management's liveness check: the actor system still runs tasks. A node that waits for a run,
 * or is paused, lives: only readiness tells of that.
 */
public final class Liveness implements Supplier<CompletionStage<Boolean>> {
  private final ActorSystem system;

  /** Made by Akka Management. */
  public Liveness(ActorSystem system) {
    this.system = system;
  }

  @Override
  public CompletionStage<Boolean> get() {
    return CompletableFuture.supplyAsync(
        () -> !system.whenTerminated().isCompleted(), system.dispatcher());
  }
}
