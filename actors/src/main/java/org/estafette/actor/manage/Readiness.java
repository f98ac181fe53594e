package org.estafette.actor.manage;

import akka.actor.ActorSystem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Akka Management's readiness check: the node has joined, and device, channel and model are open.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {
  private final HealthExtension health;

  /** Made by Akka Management. */
  public Readiness(ActorSystem system) {
    this.health = HealthExtension.get(system);
  }

  @Override
  public CompletionStage<Boolean> get() {
    return CompletableFuture.completedFuture(health.ready());
  }
}
