package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import org.estafette.actor.join.JoinException;

/**
 * What a node says whose actor system has ended by itself: Akka does so, without a word to the
 * actors, where the others have taken this node for lost, or it them.
 */
final class PutOut {
  private PutOut() {}

  /**
   * @param then what to do; empty where the caller knows
   */
  static JoinException because(String then) {
    return JoinException.passing(
        "this node is no longer in the cluster: the others could not reach it, or it them; see the"
            + " log for since when"
            + then);
  }

  /** What went wrong at a node's start: where it was put out meanwhile, that is why. */
  static RuntimeException orElse(RuntimeException e, ActorSystem<?> system) {
    return Cluster.get(system).isTerminated() ? because("") : e;
  }
}
