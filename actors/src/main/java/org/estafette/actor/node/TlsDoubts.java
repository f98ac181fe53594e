package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.security.TlsProbe;

/**
 * Finds out why a node is not let in where the reason is TLS: of that, the transport only says in
 * its log that a connection has failed, and tries again.
 */
final class TlsDoubts {
  /** A node that can join has joined by then. */
  private static final Duration AFTER = Duration.ofSeconds(3);

  private static final int PATIENCE_MILLIS = 1000;

  private TlsDoubts() {}

  /**
   * Looks again and again while the node is not in a cluster; a reason ends its actor system.
   *
   * @param join {@code host:port} of the node that was asked
   * @param refused told why, once
   */
  static void watch(
      ActorSystem<?> system, RunConfig.Security security, String join, Consumer<String> refused) {
    Executor io =
        system.dispatchers().lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
    system
        .scheduler()
        .scheduleOnce(AFTER, () -> look(system, security, join, refused), asContext(io));
  }

  private static void look(
      ActorSystem<?> system, RunConfig.Security security, String join, Consumer<String> refused) {
    MemberStatus status = Cluster.get(system).selfMember().status();
    if (system.getWhenTerminated().toCompletableFuture().isDone()
        || status == MemberStatus.up()
        || status == MemberStatus.weaklyUp()
        || status == MemberStatus.joining()) {
      return;
    }
    int colon = join.lastIndexOf(':');
    String host = join.substring(0, colon).replaceAll("[\\[\\]]", "");
    InetSocketAddress at =
        InetSocketAddress.createUnresolved(host, Integer.parseInt(join.substring(colon + 1)));
    try {
      TlsProbe.look(KeyFolder.of(security).orElse(null), at, PATIENCE_MILLIS)
          .ifPresentOrElse(
              why -> {
                system.log().error("this node cannot join: {}", why);
                refused.accept(why);
                system.terminate();
              },
              () -> again(system, security, join, refused));
    } catch (ConfigException e) {
      refused.accept(String.valueOf(e.getMessage()));
      system.terminate();
    }
  }

  private static void again(
      ActorSystem<?> system, RunConfig.Security security, String join, Consumer<String> refused) {
    try {
      watch(system, security, join, refused);
    } catch (IllegalStateException e) {
      // The node is ending, and its timers have ended.
    }
  }

  private static scala.concurrent.ExecutionContext asContext(Executor executor) {
    return scala.concurrent.ExecutionContext.fromExecutor(executor);
  }
}
