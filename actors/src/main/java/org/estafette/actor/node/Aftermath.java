package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Lets the cluster decide about a member that has just died before anything else changes. While it
 * decides, a member that is leaving counts for neither side: of a coordinator that was killed, its
 * machine's worker that leaves, and one that stands by, Akka's rule would end all three.
 */
final class Aftermath {
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private final ActorSystem<?> system;
  private final Runnable then;
  private final Set<UniqueAddress> before;
  private final long until;

  private Aftermath(ActorSystem<?> system, Runnable then) {
    this.system = system;
    this.then = then;
    this.before = members();
    this.until = System.nanoTime() + longest().toNanos();
  }

  /**
   * Calls {@code then}, by any thread, as soon as a member of now is none any more, or when the
   * cluster would have noticed and removed a dead one.
   */
  static void await(ActorSystem<?> system, Runnable then) {
    new Aftermath(system, then).look();
  }

  private void look() {
    if (!members().containsAll(before) || System.nanoTime() - until >= 0) {
      then.run();
      return;
    }
    try {
      system.scheduler().scheduleOnce(EVERY, this::look, system.executionContext());
    } catch (IllegalStateException e) {
      then.run(); // No timer any more: the actor system has ended.
    }
  }

  private Set<UniqueAddress> members() {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .map(Member::uniqueAddress)
        .collect(Collectors.toUnmodifiableSet());
  }

  private Duration longest() {
    Config akka = system.settings().config().getConfig("akka.cluster");
    return akka.getDuration("failure-detector.acceptable-heartbeat-pause")
        .plus(akka.getDuration("split-brain-resolver.stable-after"))
        .plus(MARGIN);
  }
}
