package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.util.HashSet;
import java.util.Set;
import org.estafette.actor.record.Metric;

/** Follows the cluster's members: a line for each change, and why the workers of a node went. */
final class MemberWatch {
  private final Address self;
  private final RunLog log;
  private final Set<Address> leaving = new HashSet<>();
  private final Set<Address> unreachable = new HashSet<>();

  /** Why a worker is gone; {@code orderly} where it left of its own accord. */
  record Cause(String text, boolean orderly) {
    static final Cause LEFT = new Cause("left in good order", true);
    static final Cause UNREACHABLE = new Cause("its node cannot be reached", false);

    static final Cause REPLACED = new Cause("another worker reported under its key", false);

    static Cause died(int status) {
      return new Cause("its process died (status " + status + ")", false);
    }

    /** What the worker itself says. */
    static Cause told(ServerMessage.Goodbye m) {
      String failure = m.failure();
      return failure == null ? LEFT : new Cause("its actor failed: " + failure, false);
    }
  }

  MemberWatch(ActorContext<ServerMessage> context, RunLog log) {
    Cluster cluster = Cluster.get(context.getSystem());
    this.self = cluster.selfMember().address();
    this.log = log;
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(ClusterEvent.MemberEvent.class, MemberWatch::member),
                ClusterEvent.MemberEvent.class));
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(
                    ClusterEvent.ReachabilityEvent.class,
                    e ->
                        new ServerMessage.Member(
                            e.member().address(),
                            e instanceof ClusterEvent.ReachableMember
                                ? ServerMessage.MemberEvent.REACHABLE
                                : ServerMessage.MemberEvent.UNREACHABLE)),
                ClusterEvent.ReachabilityEvent.class));
  }

  private static ServerMessage member(ClusterEvent.MemberEvent e) {
    ServerMessage.MemberEvent what =
        switch (e) {
          case ClusterEvent.MemberUp up -> ServerMessage.MemberEvent.UP;
          case ClusterEvent.MemberLeft left -> ServerMessage.MemberEvent.LEAVING;
          case ClusterEvent.MemberRemoved removed -> ServerMessage.MemberEvent.REMOVED;
          default -> ServerMessage.MemberEvent.OTHER;
        };
    return new ServerMessage.Member(e.member().address(), what);
  }

  void on(ServerMessage.Member m) {
    if (m.node().equals(self)) {
      return;
    }
    String node = text(m.node());
    switch (m.event()) {
      case UP -> {
        // What became of a former process at the same address says nothing about this one.
        leaving.remove(m.node());
        unreachable.remove(m.node());
        log.event(Metric.RunKind.MEMBER, "node " + node + " is a member");
      }
      case LEAVING -> leaving.add(m.node());
      case UNREACHABLE -> {
        unreachable.add(m.node());
        log.live().reachable(node, false);
        log.event(Metric.RunKind.MEMBER, "node " + node + " cannot be reached");
      }
      case REACHABLE -> {
        unreachable.remove(m.node());
        log.live().reachable(node, true);
        log.event(Metric.RunKind.MEMBER, "node " + node + " can be reached again");
      }
      case REMOVED -> {
        log.live().reachable(node, true);
        log.event(
            Metric.RunKind.MEMBER,
            "node "
                + node
                + (leaving.contains(m.node()) ? " has left" : " was removed as unreachable"));
      }
      case OTHER -> {}
    }
  }

  /** Why a worker is gone that was there, and of which no more is heard. */
  Cause cause(WorkerTable.Entry worker) {
    Address node = worker.actor().path().address();
    if (leaving.contains(node)) {
      return Cause.LEFT;
    }
    return node.hasGlobalScope() && unreachable.contains(node)
        ? Cause.UNREACHABLE
        : new Cause("its actor ended; the log of its node says why", false);
  }

  /** {@code host:port} of the node of a worker, which may be this one. */
  String node(WorkerTable.Entry worker) {
    Address node = worker.actor().path().address();
    return text(node.hasGlobalScope() ? node : self);
  }

  /** {@code host:port} of this node. */
  String here() {
    return text(self);
  }

  private static String text(Address node) {
    return node.host().get() + ":" + node.port().get();
  }
}
