package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.channel.Endpoint;
import org.junit.jupiter.api.Test;

/** What travels between nodes is written as CBOR and read again as it was. */
final class ControlMessagesTest {
  @Test
  void shouldSurviveSerialization() {
    ActorTestKit kit =
        ActorTestKit.create(
            ConfigFactory.parseString("akka { actor.provider = local, loglevel = OFF }")
                .withFallback(ConfigFactory.parseResources("estafette-akka.conf"))
                .withFallback(ConfigFactory.load()));
    try {
      TestProbe<WorkerMessage> worker = kit.createTestProbe(WorkerMessage.class);
      TestProbe<RunDescription> node = kit.createTestProbe(RunDescription.class);
      Endpoint both = new Endpoint("host#1", "/dev/shm/x y", 1001, "127.0.0.1:4000");
      Endpoint sharedOnly = new Endpoint("host#1", "/dev/shm/x", 1002, null);
      String config = ConfigReader.render(ConfigReader.read(null, java.util.Map.of()));
      ControlMessage[] messages = {
        new RunDescription(Long.MIN_VALUE, 1, config, both),
        new RunDescription(1, 1, "", sharedOnly),
        new ServerMessage.DescribeRun(node.getRef()),
        new ServerMessage.Hello("local-0", worker.getRef(), both),
        new ServerMessage.Hello("größe/ö", worker.getRef(), sharedOnly),
        new ServerMessage.PullRequest(1, 2, 3, Long.MAX_VALUE, 5, 6, Double.NaN),
        new ServerMessage.PullRequest(1, 2, 3, 4, 5, 6, 0.25),
        new ServerMessage.Goodbye(3, 2),
        new WorkerMessage.Welcome(3, 2, 7, sharedOnly),
        new WorkerMessage.RunOver("finished"),
      };
      for (ControlMessage message : messages) {
        Object back = kit.serializationTestKit().verifySerialization(message, false);
        assertThat(back).isEqualTo(message);
      }
    } finally {
      kit.shutdownTestKit();
    }
  }
}
