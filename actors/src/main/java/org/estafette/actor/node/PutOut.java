package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import org.estafette.actor.join.JoinException;

/**
 * Why something ended: what stops in the middle of a node that is put out of its cluster stops with
 * messages that say nothing of it.
 */
final class PutOut {
  private PutOut() {}

  /** That this node was put out of the cluster, where that is so; otherwise what is given. */
  static RuntimeException or(ActorSystem<?> system, RuntimeException otherwise) {
    Cluster cluster = Cluster.get(system);
    boolean lost =
        cluster.isTerminated()
            || cluster.selfMember().status() == MemberStatus.down()
            || cluster.selfMember().status() == MemberStatus.removed();
    return lost ? JoinException.putOut() : otherwise;
  }
}
