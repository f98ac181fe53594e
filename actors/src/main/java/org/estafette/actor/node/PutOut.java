package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import org.estafette.actor.join.JoinException;

/**
 * What a node says whose actor system has ended by itself: Akka does so, without a word to the
 * actors, where the others have taken this node for lost, or it them.
 */
final class PutOut {
  private PutOut() {}

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
}
