package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import akka.serialization.jackson.JacksonObjectMapperProvider;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.wire.UpdateCodec;
import org.estafette.channel.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Coordinators of releases that are made up: older and newer ones. */
@Timeout(120)
final class ReleasesTest {
  @TempDir Path dir;
  private final Queue<ServerMessage.Hello> hellos = new ConcurrentLinkedQueue<>();
  private final Queue<String> notices = new ConcurrentLinkedQueue<>();

  private ActorSystem<Void> coordinator(RunConfig config, RunDescription description) {
    ActorSystem<Void> system =
        NodeSystem.start(
            Behaviors.setup(context -> {
              var server =
                  context.spawn(
                      Behaviors.receive(ServerMessage.class)
                          .onMessage(
                              ServerMessage.DescribeRun.class,
                              m -> {
                                m.replyTo().tell(description);
                                return Behaviors.same();
                              })
                          .onMessage(
                              ServerMessage.Hello.class,
                              m -> {
                                hellos.add(m);
                                return Behaviors.same();
                              })
                          .build(),
                      "server");
              context
                  .getSystem()
                  .receptionist()
                  .tell(Receptionist.register(ServerMessage.KEY, server));
              return Behaviors.empty();
            }),
            config,
            "127.0.0.1",
            0,
            List.of("server"));
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(new JoinSeedNodes(List.of(cluster.selfMember().address())));
    return system;
  }

  private RunDescription described(RunConfig config, int newest, int oldest, String more) {
    return new RunDescription(
        1,
        UpdateCodec.VERSION,
        ConfigReader.render(config) + more,
        new Endpoint("another machine", "/dev/shm/elsewhere", 1001, "127.0.0.1:9"),
        null,
        "theirs",
        "127.0.0.1:1",
        "9.3.1",
        newest,
        oldest);
  }

  private WorkerNode join(ActorSystem<Void> coordinator) {
    String at = Adapter.toClassic(coordinator).provider().getDefaultAddress().hostPort();
    return WorkerNode.start(
        new WorkerNode.Plan(
            at.replaceFirst("^[^@]*@", ""),
            "127.0.0.1",
            0,
            "node",
            1,
            0,
            Map.of("akka.loglevel", "WARNING"),
            notices::add));
  }

  private static void end(ActorSystem<Void> system) throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private RunConfig config() throws Exception {
    return ConfigReader.read(null, TinyRuns.settings(TinyRuns.text(dir)));
  }

  @Test
  void shouldRefuseAnIncompatibleReleaseByName() throws Exception {
    RunConfig config = config();
    ActorSystem<Void> coordinator = coordinator(config, described(config, 9, 8, ""));
    try (WorkerNode node = join(coordinator)) {
      assertThatThrownBy(() -> node.result().get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(JoinException.class)
          .hasMessageContaining("9.3.1")
          .hasMessageContaining("8 … 9")
          .hasMessageContaining("0.1.0-SNAPSHOT")
          .satisfies(e -> assertThat(((JoinException) e.getCause()).isLasting()).isTrue());
      assertThat(hellos).isEmpty();
    } finally {
      end(coordinator);
    }
  }

  @Test
  void shouldWorkForANewerReleaseThatStillSpeaksItsProtocolAndGoWithoutItsNewKeys()
      throws Exception {
    RunConfig config = config();
    ActorSystem<Void> coordinator =
        coordinator(
            config,
            described(config, 9, 1, "\nestafette.outer.brand-new { one = 1, two = [2] }\n"));
    try (WorkerNode node = join(coordinator)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> !hellos.isEmpty());
      assertThat(notices).anyMatch(n -> n.contains("9.3.1") && n.contains("outer.brand-new"));
    } finally {
      end(coordinator);
    }
  }

  @Test
  void shouldReadMessagesWithFieldsMoreAndFieldsLess() throws Exception {
    ActorSystem<Void> system =
        NodeSystem.start(Behaviors.empty(), config(), "127.0.0.1", 0, List.of("worker"));
    try {
      ObjectMapper cbor =
          JacksonObjectMapperProvider.get(Adapter.toClassic(system))
              .getOrCreate("jackson-cbor", Optional.empty());
      RunDescription full = described(config(), 2, 1, "");
      ObjectNode tree = cbor.valueToTree(full);
      tree.put("hitherto-unknown", 5);
      tree.remove(List.of("keys", "name", "address", "release", "protocol", "oldestProtocol"));
      RunDescription read = cbor.readValue(cbor.writeValueAsBytes(tree), RunDescription.class);
      assertThat(read)
          .isEqualTo(
              new RunDescription(
                  1,
                  UpdateCodec.VERSION,
                  full.config(),
                  full.server(),
                  null,
                  null,
                  null,
                  null,
                  0,
                  0));
      ObjectNode over = cbor.valueToTree(new WorkerMessage.RunOver("finished"));
      over.putObject("more").put("detail", true);
      assertThat(cbor.readValue(cbor.writeValueAsBytes(over), WorkerMessage.RunOver.class))
          .isEqualTo(new WorkerMessage.RunOver("finished"));
    } finally {
      end(system);
    }
  }
}
