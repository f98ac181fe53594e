package org.estafette.actor.manage;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.NodeHealth;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunView;
import org.estafette.channel.ChannelStats;

/** A node with nothing but its management, on a free port. */
public final class FakeNode implements AutoCloseable {
  public static final RunConfig.Security NO_KEYS = new RunConfig.Security("");

  final ActorSystem<Void> system;
  public final Management management;
  final HttpClient client = HttpClient.newHttpClient();
  final Health health;

  /** A node's health that a test decides on. */
  static final class Health implements NodeHealth {
    volatile boolean model = true;

    @Override
    public List<Check> checks() {
      return List.of(
          new Check("joined", true, "Up"),
          new Check("device", true, "cpu"),
          new Check("channel", true, "aeron:ipc"),
          new Check("model", model, model ? "812,672 parameters" : "not open yet"));
    }
  }

  /** A node's counters. */
  static final NodeGauges GAUGES =
      new NodeGauges() {
        @Override
        public OptionalInt vectorsOnLoan() {
          return OptionalInt.of(3);
        }

        @Override
        public OptionalInt mailboxDepth() {
          return OptionalInt.of(2);
        }

        @Override
        public ChannelStats channel() {
          return new ChannelStats(
              5, 500, 6, 600, 1, 0, 2, 1, 0, 1, java.util.Map.of(), java.util.Map.of());
        }
      };

  private FakeNode(
      RunConfig.Management config,
      RunConfig.Security security,
      java.util.function.Function<Health, Managed> managed) {
    system =
        ActorSystem.create(
            Behaviors.<Void>empty(),
            "estafette",
            ConfigFactory.parseString(
                    "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }\n"
                        + "akka.loglevel = WARNING")
                .withFallback(ConfigFactory.parseResources("estafette-akka.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve());
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(new JoinSeedNodes(List.of(cluster.selfMember().address())));
    health = new Health();
    try {
      management = Management.start(system, config, security, managed.apply(health));
    } catch (RuntimeException e) {
      system.terminate();
      throw e;
    }
  }

  public static FakeNode of(RunConfig.Management config, RunConfig.Security security, FakeRun run) {
    return new FakeNode(config, security, health -> Managed.run(health, GAUGES, run, run));
  }

  static FakeNode of(RunConfig.Management config, RunView view, RunControl control) {
    return new FakeNode(config, NO_KEYS, health -> Managed.run(health, GAUGES, view, control));
  }

  public static FakeNode withRun(FakeRun run, boolean writes) {
    return of(settings(writes, OptionalInt.of(0), ""), NO_KEYS, run);
  }

  public static FakeNode worker(String elsewhere) {
    return worker(elsewhere, "127.0.0.1");
  }

  /**
   * @param host of this node
   */
  static FakeNode worker(String elsewhere, String host) {
    return new FakeNode(
        settings(true, OptionalInt.of(0), ""),
        NO_KEYS,
        health ->
            Managed.worker(
                health,
                GAUGES,
                () ->
                    elsewhere == null
                        ? null
                        : Managed.Elsewhere.from(host, elsewhere, "10.0.0.5")));
  }

  public static RunConfig.Management settings(
      boolean writes, OptionalInt port, String passwordFile) {
    return new RunConfig.Management(true, "127.0.0.1", port, writes, "estafette", passwordFile);
  }

  URI uri(String path) {
    return URI.create(management.url() + one(path));
  }

  /** A path of that form: what is in braces may be anything. */
  static String one(String template) {
    return template.replaceAll("\\{[a-z]+}", "x");
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path));
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    client.close();
    management.close();
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
