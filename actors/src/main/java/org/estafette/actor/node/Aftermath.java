package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets the cluster decide about a member that has just died before anything else changes. While it
 * decides, a member that is leaving counts for neither side: of a coordinator that was killed, its
 * machine's worker that leaves, and one that stands by, Akka's rule would end all three.
 */
final class Aftermath {
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private final ActorSystem<?> system;
  private final long longest;

  /** When a node was removed, by {@code host:port}: those of late only. */
  private final Map<String, Long> removed = new ConcurrentHashMap<>();

  Aftermath(ActorSystem<?> system) {
    this.system = system;
    this.longest = longest(system).toNanos();
  }

  /** The cluster has decided about a node, or it has left. */
  void removed(Address node) {
    long now = System.nanoTime();
    removed.values().removeIf(at -> now - at > longest);
    removed.put(node.host().get() + ":" + node.port().get(), now);
  }

  /**
   * Calls {@code then}, by any thread, as soon as a member of now is none any more, or when the
   * cluster would have noticed and removed a dead one; at once where it has removed the one that
   * has died.
   *
   * @param dead who has died, {@code host:port}, as far as is known; null where it is not
   */
  void await(@Nullable String dead, Runnable then) {
    look(members(), System.nanoTime() + longest, dead, then);
  }

  private void look(Set<UniqueAddress> before, long until, @Nullable String dead, Runnable then) {
    if (!members().containsAll(before) || decided(dead) || System.nanoTime() - until >= 0) {
      then.run();
      return;
    }
    try {
      system
          .scheduler()
          .scheduleOnce(EVERY, () -> look(before, until, dead, then), system.executionContext());
    } catch (IllegalStateException e) {
      then.run(); // No timer any more: the actor system has ended.
    }
  }

  /** Long before, it was not of this death: its address says who it was, not who died now. */
  private boolean decided(@Nullable String dead) {
    Long at = dead == null ? null : removed.get(dead);
    return at != null && System.nanoTime() - at <= longest;
  }

  private Set<UniqueAddress> members() {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .map(Member::uniqueAddress)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Duration longest(ActorSystem<?> system) {
    Config akka = system.settings().config().getConfig("akka.cluster");
    return akka.getDuration("failure-detector.acceptable-heartbeat-pause")
        .plus(akka.getDuration("split-brain-resolver.stable-after"))
        .plus(MARGIN);
  }
}
