package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.ArteryTls;
import org.estafette.actor.security.KeyFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a node's actor system, with Akka's configuration for it and a clear refusal where it cannot
 * start; and ends it.
 */
final class NodeSystem {
  /** Name of every node's actor system. */
  static final String NAME = "estafette";

  /**
   * Alone the oldest goes on too: its processes come back. Nor does it end all where members come
   * and go for long, as they do where many of them die.
   */
  private static final Map<String, Object> OLDEST_SURVIVES =
      Map.of(
          "akka.cluster.split-brain-resolver.active-strategy",
          "keep-oldest",
          "akka.cluster.split-brain-resolver.keep-oldest.down-if-alone",
          "off",
          "akka.cluster.split-brain-resolver.down-all-when-unstable",
          "off");

  private static final Logger LOG = LoggerFactory.getLogger(NodeSystem.class);

  private static final Duration END = Duration.ofSeconds(20);

  private NodeSystem() {}

  static ActorSystem<Void> start(
      Behavior<Void> guardian, RunConfig config, String host, int port, List<String> roles) {
    Map<String, Object> own = new TreeMap<>();
    own.put("akka.remote.artery.canonical.hostname", host);
    own.put("akka.remote.artery.canonical.port", port);
    RunConfig.Cluster cluster = config.cluster();
    if (!cluster.bindHost().isEmpty()) {
      own.put("akka.remote.artery.bind.hostname", cluster.bindHost());
    }
    cluster.bindPort().ifPresent(p -> own.put("akka.remote.artery.bind.port", p));
    own.put("akka.cluster.roles", roles);
    Config mailbox =
        ConfigFactory.parseMap(new TreeMap<>(config.mailbox().values()))
            .withValue("policy", ConfigValueFactory.fromAnyRef(config.mailbox().policy()))
            .withValue("capacity", ConfigValueFactory.fromAnyRef(config.mailbox().capacity()))
            .withValue("period", ConfigValueFactory.fromAnyRef(config.mailboxPeriod()))
            .atPath("estafette-server-mailbox");
    Config akka =
        config.source().hasPath("akka")
            ? config.source().withOnlyPath("akka")
            : ConfigFactory.empty();
    Config all =
        ConfigFactory.parseMap(own)
            .withFallback(mailbox)
            .withFallback(tls(config))
            .withFallback(akka)
            .withFallback(
                cluster.quickDetection()
                    ? ConfigFactory.parseResources("estafette-akka-quick.conf")
                    : ConfigFactory.empty())
            .withFallback(
                cluster.oldestSurvives()
                    ? ConfigFactory.parseMap(OLDEST_SURVIVES)
                    : ConfigFactory.empty())
            .withFallback(ConfigFactory.parseResources("estafette-akka.conf"))
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    try {
      return ActorSystem.create(guardian, NAME, all);
    } catch (RuntimeException e) {
      throw refusal(
          e,
          cluster.bindHost().isEmpty() ? host : cluster.bindHost(),
          cluster.bindPort().orElse(port));
    }
  }

  /** Ends it, and waits until it has ended, but not for ever. */
  static void end(ActorSystem<?> system) {
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(END.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      system.log().warn("the actor system did not end in {} s", END.toSeconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Config tls(RunConfig config) {
    return KeyFolder.of(config.security())
        .map(keys -> {
          keys.warnings().forEach(LOG::warn);
          return ArteryTls.config(keys);
        })
        .orElse(ConfigFactory.empty());
  }

  private static RuntimeException refusal(RuntimeException e, String host, int port) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (String.valueOf(t.getMessage()).contains("Cannot assign requested address")) {
        return notHere(host);
      }
      if (t instanceof java.net.BindException
          || String.valueOf(t.getMessage()).contains("Address already in use")) {
        return new PortInUseException(
            "port "
                + port
                + " on "
                + host
                + " is in use (expected a free one); choose another with"
                + " --port or estafette.cluster.port, or 0 for any free port");
      }
      if (t instanceof java.net.UnknownHostException
          || t instanceof java.nio.channels.UnresolvedAddressException) {
        return notHere(host);
      }
    }
    return e;
  }

  private static ConfigException notHere(String host) {
    return new ConfigException(
        "estafette.cluster.host = "
            + host
            + " is not an address of this machine; behind NAT or in a container, name the one to"
            + " listen on as cluster.bind-host, for example 0.0.0.0");
  }
}
