package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;

/**
 * Takes nodes out of the cluster whose process has ended, as the one that started it has seen. The
 * cluster need not wait until it is sure of that by itself; as long as it waits, nobody else can
 * become a full member.
 */
final class DeadNodes {
  private DeadNodes() {}

  /** Role of the one node with that key. */
  static String roleOf(String key) {
    return "key-" + key;
  }

  /** The process of the node with that role is dead. */
  static void remove(ActorSystem<?> system, String role) {
    Cluster cluster = Cluster.get(system);
    for (Member m : cluster.state().getMembers()) {
      if (m.hasRole(role)) {
        cluster.manager().tell(new Down(m.address()));
      }
    }
  }
}
