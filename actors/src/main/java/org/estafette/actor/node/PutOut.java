package org.estafette.actor.node;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.join.JoinException;

/**
 * What a node says whose actor system has ended by itself: Akka does so, without a word to the
 * actors, where the others have taken this node for lost, or it them.
 */
final class PutOut {
  /** Within which a node knows that it was put out, where that is what stopped an actor. */
  private static final Duration KNOWN = Duration.ofSeconds(2);

  private PutOut() {}

  /**
   * Ends a run, or a node's part in it, where the actor system ends by itself. That is told when
   * Akka is about to end the actors, not when all of it has ended: where a connection is cut it can
   * take its transport as long as it likes.
   */
  static void watch(ActorSystem<?> system, CompletableFuture<?> result) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
            "estafette-put-out",
            () -> {
              result.completeExceptionally(because());
              return CompletableFuture.completedFuture(Done.getInstance());
            });
    system.getWhenTerminated().whenComplete((done, why) -> result.completeExceptionally(because()));
  }

  static JoinException because() {
    return JoinException.passing(
        "this node is no longer in the cluster: the others could not reach it, or it them; see the"
            + " log for since when");
  }

  /** What went wrong at a node: where it was put out meanwhile, that is why. */
  static RuntimeException orElse(RuntimeException e, ActorSystem<?> system) {
    Cluster cluster = Cluster.get(system);
    return cluster.isTerminated() || cluster.selfMember().status().equals(MemberStatus.down())
        ? because()
        : e;
  }

  /** As {@link #orElse}, at a node that was a member: where it is none any more, that is why. */
  static RuntimeException orElseAtMember(RuntimeException e, ActorSystem<?> system) {
    return Cluster.get(system).selfMember().status().equals(MemberStatus.removed())
        ? because()
        : orElse(e, system);
  }

  /**
   * Ends a run whose actor was stopped before it was over. The cluster stops a server's actor a
   * little before a node knows that it was put out, or that another server has taken over: whoever
   * knows that meanwhile says it; nobody does where something else went wrong.
   *
   * @param e what to say then
   */
  static void ended(CompletableFuture<?> result, RuntimeException e, ActorSystem<?> system) {
    if (result.isDone()) {
      return;
    }
    try {
      system
          .scheduler()
          .scheduleOnce(
              KNOWN,
              () -> result.completeExceptionally(orElse(e, system)),
              system.executionContext());
    } catch (IllegalStateException over) {
      result.completeExceptionally(because()); // No timer any more: the actor system has ended.
    }
  }
}
