package org.estafette.actor.join;

import akka.actor.ActorSystem;
import akka.discovery.Discovery;
import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Akka's discovery in an actor system of its own: a node's is there only after it has an address.
 */
final class Discoverer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ActorSystem system;
  private final ServiceDiscovery discovery;

  /**
   * @param method name of Akka's discovery method
   * @param settings what is set of Akka
   * @param node configuration of the node, whose {@code akka} section comes next
   */
  Discoverer(String method, Map<String, Object> settings, Config node) {
    Config always =
        ConfigFactory.parseMap(
            Map.of(
                "akka.actor.provider",
                "local",
                "akka.coordinated-shutdown.run-by-jvm-shutdown-hook",
                false));
    Config akka = node.hasPath("akka") ? node.withOnlyPath("akka") : ConfigFactory.empty();
    this.system =
        ActorSystem.create(
            "estafette-discovery",
            always
                .withFallback(ConfigFactory.parseMap(settings))
                .withFallback(akka)
                .withFallback(ConfigFactory.parseResources("estafette-akka.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve());
    this.discovery = Discovery.get(system).loadServiceDiscovery(method);
  }

  /**
   * @throws LookupException with the reason alone, for the caller to say of what
   */
  List<ServiceDiscovery.ResolvedTarget> look(Lookup lookup) throws LookupException {
    try {
      return discovery
          .lookup(lookup, PATIENCE)
          .toCompletableFuture()
          .get(PATIENCE.toSeconds() + 1, TimeUnit.SECONDS)
          .getAddresses();
    } catch (ExecutionException | TimeoutException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw new LookupException(why.getMessage() == null ? why.toString() : why.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LookupException("interrupted");
    }
  }

  @Override
  public void close() {
    system.terminate();
  }
}
