package org.estafette.actor.manage;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.function.Function;
import akka.management.javadsl.AkkaManagement;
import akka.stream.KillSwitches;
import akka.stream.Materializer;
import akka.stream.SharedKillSwitch;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.Exposed;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's management over HTTP, from its start to its end. */
public final class Management implements AutoCloseable {
  /** Akka Management's port: a pun on 2552. */
  static final int PORT = 8558;

  private static final Logger LOG = LoggerFactory.getLogger(Management.class);
  private static final int SECONDS_TO_BIND = 20;
  private static final int SECONDS_TO_END = 3;

  private final ServerBinding binding;
  private final Scrape scrape;
  private final Router router;
  private final SharedKillSwitch streams;
  private final String url;

  private Management(
      ServerBinding binding, Scrape scrape, Router router, SharedKillSwitch streams, String url) {
    this.streams = streams;
    this.binding = binding;
    this.scrape = scrape;
    this.router = router;
    this.url = url;
  }

  /**
   * Refuses settings that would let others in, before anything is started.
   *
   * @throws ConfigException where another address than a loopback one would be open without
   *     password and TLS, or password or keys cannot be read
   */
  public static void check(RunConfig.Management config, RunConfig.Security security) {
    if (config.enabled()) {
      Access.of(config, security);
    }
  }

  /**
   * Starts it; whoever asks is answered from now on.
   *
   * @throws ConfigException as {@link #check}
   * @throws PortTakenException where the configured port is taken
   */
  public static Management start(
      ActorSystem<?> system,
      RunConfig.Management config,
      RunConfig.Security security,
      Managed managed) {
    Access access = Access.of(config, security);
    if (!config.passwordFile().isEmpty()) {
      String warning = Exposed.warning(Path.of(config.passwordFile()));
      if (warning != null) {
        LOG.warn("estafette.management.password-file: {}", warning);
      }
    }
    HealthExtension.get(system.classicSystem()).set(managed.health());
    Materializer materializer = Materializer.createMaterializer(system);
    Scrape scrape = new Scrape(managed);
    SharedKillSwitch streams = KillSwitches.shared("estafette-events");
    Dashboard dashboard = new Dashboard();
    Router router =
        new Router(
            new Gate(access.loopback(), access.credentials()),
            endpoints(managed, config.writes(), scrape, streams, materializer),
            managed.run() != null
                ? dashboard::answer
                : call ->
                    call.path().equals(Dashboard.PREFIX)
                        ? NodeEndpoints.dashboardElsewhere(managed, call)
                        : null,
            akka(system, config.writes()),
            materializer);
    try {
      ServerBinding binding = bind(system, config, access, router);
      String url = url(system, binding, access.tls() != null);
      LOG.info("management at {}, writes {}", url, config.writes() ? "on" : "off");
      return new Management(binding, scrape, router, streams, url);
    } catch (RuntimeException e) {
      scrape.close();
      throw e;
    }
  }

  private static List<Endpoint> endpoints(
      Managed managed,
      boolean writes,
      Scrape scrape,
      SharedKillSwitch streams,
      Materializer materializer) {
    List<Endpoint> all = new ArrayList<>(NodeEndpoints.of(managed, scrape));
    Managed.@Nullable Run run = managed.run();
    if (run == null) {
      all.addAll(NodeEndpoints.elsewhere(managed));
    } else {
      all.addAll(RunEndpoints.of(run.view(), streams));
      all.addAll(ControlEndpoints.of(run, writes, materializer));
    }
    return List.copyOf(all);
  }

  private static Function<HttpRequest, CompletionStage<HttpResponse>> akka(
      ActorSystem<?> system, boolean writes) {
    return AkkaManagement.get(system)
        .getRoutes(settings -> settings.withReadOnly(!writes))
        .function(system);
  }

  private static ServerBinding bind(
      ActorSystem<?> system, RunConfig.Management config, Access access, Router router) {
    if (config.port().isPresent()) {
      return bind(system, config.host(), config.port().getAsInt(), access, router);
    }
    if (free(config.host())) {
      try {
        return bind(system, config.host(), PORT, access, router);
      } catch (PortTakenException e) {
        LOG.debug("port {} was taken meanwhile", PORT);
      }
    }
    return bind(system, config.host(), 0, access, router);
  }

  /** Akka logs an error for a port that is taken, which for "auto" is none. */
  private static boolean free(String host) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, PORT));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static ServerBinding bind(
      ActorSystem<?> system, String host, int port, Access access, Router router) {
    ServerBuilder server = Http.get(system).newServerAt(host, port);
    if (access.tls() != null) {
      server = server.enableHttps(ConnectionContext.httpsServer(access.tls()));
    }
    try {
      return server
          .bind(router::answer)
          .toCompletableFuture()
          .get(SECONDS_TO_BIND, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw refusal(e, host, port);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "management could not be bound to " + host + ":" + port + " in " + SECONDS_TO_BIND + " s",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while management was bound", e);
    }
  }

  private static RuntimeException refusal(Exception e, String host, int port) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      String text = String.valueOf(t.getMessage());
      if (text.contains("Address already in use")) {
        return new PortTakenException(
            "port "
                + port
                + " on "
                + host
                + " is in use (expected a free one for management); choose another with"
                + " --set management.port=N, or \"auto\" for any free port");
      }
      if (text.contains("Cannot assign requested address") || t instanceof BindException) {
        return new ConfigException(
            "estafette.management.host = "
                + host
                + " cannot be bound to port "
                + port
                + ": "
                + text
                + " (expected an address of this machine)");
      }
    }
    return new IllegalStateException("management could not be bound to " + host + ":" + port, e);
  }

  private static String url(ActorSystem<?> system, ServerBinding binding, boolean tls) {
    InetAddress bound = binding.localAddress().getAddress();
    String host = bound.getHostAddress();
    if (bound.isAnyLocalAddress()) {
      // Bound to all: the address that the other nodes know this one by is one of them.
      host = Cluster.get(system).selfMember().address().host().get();
    }
    return (tls ? "https://" : "http://")
        + (host.indexOf(':') >= 0 ? "[" + host + "]" : host)
        + ":"
        + binding.localAddress().getPort();
  }

  /** Where it answers, without a slash at the end. */
  public String url() {
    return url;
  }

  /** Where a browser finds the dashboard. */
  public String dashboard() {
    return url + Dashboard.PREFIX;
  }

  /** For the test that holds them and {@code openapi.json} together. */
  List<Endpoint> endpoints() {
    return router.endpoints();
  }

  /** Answers what is under way, then takes no more. */
  @Override
  public void close() {
    streams.shutdown();
    try {
      binding
          .terminate(Duration.ofSeconds(SECONDS_TO_END))
          .toCompletableFuture()
          .get(2 * SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("management did not end in good order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      scrape.close();
    }
  }
}
