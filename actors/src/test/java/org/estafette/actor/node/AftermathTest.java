package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Join;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.ConfigReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AftermathTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<ActorSystem<Void>> started = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  private ActorSystem<Void> node(Map<String, String> settings) {
    ActorSystem<Void> system =
        NodeSystem.start(
            Behaviors.empty(),
            ConfigReader.read(null, settings),
            "127.0.0.1",
            0,
            List.of("worker"));
    started.add(system);
    Cluster cluster = Cluster.get(system);
    Cluster first = Cluster.get(started.getFirst());
    cluster.manager().tell(new Join(first.selfMember().address()));
    await().atMost(PATIENCE).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
    return system;
  }

  @AfterEach
  void end() throws Exception {
    for (ActorSystem<Void> system : started) {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldBeOverAsSoonAsAMemberIsGone() throws Exception {
    ActorSystem<Void> here = node(Map.of());
    ActorSystem<Void> other = node(Map.of());
    new Aftermath(here).await(null, over::countDown);
    assertThat(over.getCount()).isOne();
    Cluster.get(here).manager().tell(new Down(Cluster.get(other).selfMember().address()));
    // Well before the 26 s after which the cluster would have found a dead one by itself.
    assertThat(over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldBeOverWhenTheClusterWouldHaveFoundADeadMember() throws Exception {
    ActorSystem<Void> here = node(Map.of("cluster.failure-detection", "quick"));
    new Aftermath(here).await(null, over::countDown);
    assertThat(over.getCount()).isOne();
    assertThat(over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldBeOverAtOnceWhereTheClusterHasDecidedAboutTheDeadMemberBefore() throws Exception {
    Aftermath aftermath = new Aftermath(node(Map.of()));
    aftermath.removed(AddressFromURIString.parse("akka://estafette@127.0.0.1:7"));
    aftermath.await("127.0.0.1:8", over::countDown);
    assertThat(over.getCount()).as("another was removed").isOne();
    aftermath.await("127.0.0.1:7", over::countDown);
    assertThat(over.getCount()).isZero();
  }

  @Test
  void shouldBeOverWhereTheActorSystemHasEnded() throws Exception {
    ActorSystem<Void> system = node(Map.of());
    Aftermath aftermath = new Aftermath(system);
    end();
    aftermath.await(null, over::countDown);
    assertThat(over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }
}
