package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Join;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.join.JoinException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a run says whose actor was stopped, by what is known two seconds later. */
final class PutOutTest {
  private final CountDownLatch ends = new CountDownLatch(1);
  private final ActorSystem<Void> system =
      NodeSystem.start(
          Behaviors.receive(Void.class).onSignal(PostStop.class, s -> stop()).build(),
          ConfigReader.read(null, Map.of()),
          "127.0.0.1",
          0,
          List.of("server"));
  private final CompletableFuture<String> result = new CompletableFuture<>();
  private final IllegalStateException stopped = new IllegalStateException("the actor was stopped");

  private Behavior<Void> stop() throws InterruptedException {
    assertThat(ends.await(20, TimeUnit.SECONDS)).isTrue();
    return Behaviors.same();
  }

  private void putOut() {
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(new Join(cluster.selfMember().address()));
    await().until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
    cluster.manager().tell(new Down(cluster.selfMember().address()));
  }

  @AfterEach
  void end() throws Exception {
    ends.countDown();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private void assertFailsWith(Class<? extends Throwable> cause) {
    assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(cause);
  }

  @Test
  void shouldSayWhatWasGivenWhereNobodyKnowsBetter() {
    PutOut.ended(result, stopped, system);
    assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS)).hasCause(stopped);
  }

  @Test
  void shouldLeaveTheWordToWhoKnowsBetterALittleLater() throws Exception {
    PutOut.ended(result, stopped, system);
    TimeUnit.MILLISECONDS.sleep(100);
    result.completeExceptionally(new IOException("another server has taken over"));
    assertFailsWith(IOException.class);
  }

  @Test
  void shouldSayThatTheNodeWasPutOutWhereThatIsKnownMeanwhile() {
    PutOut.watch(system, result);
    PutOut.ended(result, stopped, system);
    putOut();
    assertFailsWith(JoinException.class);
  }

  @Test
  void shouldSayItThoughTheActorSystemDoesNotEnd() {
    PutOut.watch(system, result);
    putOut();
    assertFailsWith(JoinException.class);
    assertThat(system.getWhenTerminated().toCompletableFuture()).isNotDone();
  }

  @Test
  void shouldSayItAtOnceWhereTheActorSystemHasEnded() throws Exception {
    end();
    PutOut.ended(result, stopped, system);
    assertFailsWith(JoinException.class);
  }
}
