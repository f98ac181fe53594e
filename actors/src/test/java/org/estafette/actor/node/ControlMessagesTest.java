package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.algorithm.Refusal;
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
        new RunDescription(Long.MIN_VALUE, 1, config, both, "0f1e", "run", "h:1", "1.2.3", 4, 3),
        new RunDescription(1, 1, "", sharedOnly, null, null, null, null, 0, 0),
        new ServerMessage.DescribeRun(node.getRef()),
        new ServerMessage.Hello("local-0", worker.getRef(), both),
        new ServerMessage.Hello("größe/ö", worker.getRef(), sharedOnly),
        new ServerMessage.PullRequest(1, 2, 3, Long.MAX_VALUE, 5, 6, Double.NaN, 0),
        new ServerMessage.PullRequest(1, 2, 3, 4, 5, 6, 0.25, 9),
        new ServerMessage.Goodbye(3, 2, null),
        new ServerMessage.Goodbye(3, 2, "no memory on device 0"),
        new ServerMessage.Halted(3, 2, 1),
        new WorkerMessage.Halt(1),
        new WorkerMessage.GoOn(Long.MAX_VALUE),
        new WorkerMessage.Welcome(3, 2, 7, sharedOnly),
        new WorkerMessage.RunOver("finished"),
        new ServerMessage.Mixed(3, 2, 9, 20, 640, 0.5, 2.5, 3, 2, 1, 4, 0.1, 5),
        new ServerMessage.Mixed(0, 1, 1, 1, 1, 0, Double.NaN, 0, 0, 0, 1, Double.NaN, 0),
        new ServerMessage.NeighbourRefused(1, 2, 3, 4, 5, 6, 7, 8, Refusal.OLD_EPOCH, "epoch=6"),
        new ServerMessage.Rewired(1, 2, 3, List.of(0, 4)),
        new ServerMessage.NoParameters(1, 2, 3),
        new WorkerMessage.Admitted(1, 2, both, 400, WorkerMessage.First.NEIGHBOUR),
        new WorkerMessage.Neighbours(
            3,
            List.of(
                new WorkerMessage.Address(0, 1, worker.getRef(), both),
                new WorkerMessage.Address(2, 3, worker.getRef(), sharedOnly))),
        new WorkerMessage.NeighbourPull(1, 2, 3, 4, 5, 6, 7, Double.NaN),
        new WorkerMessage.ParametersWanted(7, Long.MAX_VALUE),
        new WorkerMessage.ReportAgain(),
        new WorkerMessage.Mishap(3, 2.5, 7, "{\"kind\": \"lose\"}"),
        new WorkerMessage.Kill(3, Double.POSITIVE_INFINITY),
        new ServerMessage.FaultReport(1, 2, 3, 4),
        new ServerMessage.Wasted(1, 2, 3, 4, 5, "the push before was refused: backlog"),
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
