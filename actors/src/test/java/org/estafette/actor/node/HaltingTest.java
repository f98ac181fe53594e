package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The parts of a pause, each by itself: clock, timers, and the gate of a training thread. */
@Timeout(30)
final class HaltingTest {
  @Test
  void aClockShouldStandStillWhileItIsStopped() {
    AtomicLong nanos = new AtomicLong(5_000_000_000L);
    RunClock clock = new RunClock(10, nanos::get);
    nanos.addAndGet(2_000_000_000L);
    assertThat(clock.getAsDouble()).isEqualTo(12);
    clock.stop();
    nanos.addAndGet(60_000_000_000L);
    clock.stop();
    assertThat(clock.getAsDouble()).isEqualTo(12);
    assertThat(clock.start()).isEqualTo(60);
    assertThat(clock.start()).as("it goes already").isZero();
    nanos.addAndGet(1_000_000_000L);
    assertThat(clock.getAsDouble()).isEqualTo(13);
  }

  private sealed interface Ask {}

  private record Set(String key, double seconds) implements Ask {}

  private record Cancel(String key) implements Ask {}

  private record Stand(boolean still) implements Ask {}

  private record Due(String key) implements Ask {}

  private static Behavior<Ask> timing(AtomicLong nanos, ActorRef<String> told) {
    return Behaviors.withTimers(timers -> {
      PausableTimers<Ask> own = new PausableTimers<>(timers, new RunClock(0, nanos::get));
      return Behaviors.receiveMessage(ask -> {
        switch (ask) {
          case Set s -> own.start(s.key(), new Due(s.key()), s.seconds());
          case Cancel c -> own.cancel(c.key());
          case Stand s when s.still() -> own.pause();
          case Stand s -> own.resume();
          case Due d -> {
            own.fired(d.key());
            told.tell(d.key());
          }
        }
        return Behaviors.same();
      });
    });
  }

  @Test
  void timersShouldHaveLeftAfterAPauseWhatTheyHadLeftBeforeIt() {
    ActorTestKit kit =
        ActorTestKit.create(
            ManualTime.config()
                .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
                .withFallback(ConfigFactory.load()));
    try {
      ManualTime time = ManualTime.get(kit.system());
      AtomicLong nanos = new AtomicLong();
      TestProbe<String> told = kit.createTestProbe(String.class);
      ActorRef<Ask> actor = kit.spawn(timing(nanos, told.getRef()));
      actor.tell(new Set("early", 1));
      actor.tell(new Set("late", 10));
      actor.tell(new Set("never", 10));
      pass(time, nanos, told, 1);
      told.expectMessage("early");
      pass(time, nanos, told, 3);
      actor.tell(new Stand(true));
      actor.tell(new Set("inPause", 2));
      actor.tell(new Cancel("never"));
      pass(time, nanos, told, 100);
      actor.tell(new Stand(false));
      pass(time, nanos, told, 1);
      pass(time, nanos, told, 1);
      told.expectMessage("inPause");
      pass(time, nanos, told, 3);
      pass(time, nanos, told, 1);
      told.expectMessage("late");
      pass(time, nanos, told, 100);
    } finally {
      kit.shutdownTestKit();
    }
  }

  /** Nothing may come before the very end of that time. */
  private static void pass(ManualTime time, AtomicLong nanos, TestProbe<String> told, int seconds) {
    time.expectNoMessageFor(Duration.ofSeconds(seconds).minusMillis(500), told);
    nanos.addAndGet(seconds * 1_000_000_000L);
    time.timePasses(Duration.ofMillis(500));
  }

  @Test
  void aGateShouldTellOnceWhenNoStepIsUnderWay() throws Exception {
    Gate gate = new Gate();
    AtomicInteger told = new AtomicInteger();
    gate.close(told::incrementAndGet);
    assertThat(told).as("between two rounds").hasValue(1);
    gate.enter();
    gate.leave();
    assertThat(told).as("once a closing").hasValue(1);
    gate.open();
    assertThat(gate.pass(() -> false)).as("an open gate holds nobody").isZero();

    gate.enter();
    gate.close(told::incrementAndGet);
    assertThat(told).as("a step may be under way").hasValue(1);
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch passed = new CountDownLatch(1);
    Thread step =
        Thread.ofPlatform()
            .start(() -> {
              gate.pass(over::get);
              passed.countDown();
            });
    while (told.get() < 2) {
      Thread.onSpinWait();
    }
    gate.look();
    assertThat(passed.await(100, TimeUnit.MILLISECONDS)).as("it holds").isFalse();
    over.set(true);
    gate.look();
    step.join();
    assertThat(told).hasValue(2);
  }

  @Test
  void aRoundThatEndsAtAClosedGateShouldTell() {
    Gate gate = new Gate();
    AtomicInteger told = new AtomicInteger();
    gate.enter();
    gate.close(told::incrementAndGet);
    assertThat(told).hasValue(0);
    gate.leave();
    assertThat(told).hasValue(1);
  }
}
