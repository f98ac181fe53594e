package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.algorithm.train.TrainerState;
import org.estafette.device.PendingCopy;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A training thread that goes on while a push travels, step by step. */
@Timeout(20)
final class TrainingThreadTest {
  private final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT32, 1);
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final LinkedBlockingQueue<WorkerMessage> told = new LinkedBlockingQueue<>();
  private final Semaphore steps = new Semaphore(0);

  /** Steps that have been taken. */
  private final Semaphore taken = new Semaphore(0);

  private final TrainingThread thread =
      new TrainingThread("test", Slow::new, pool::lease, 1, StepFaults.NONE, told::add);

  /** Adds 1 in each step, takes one only when it may, and copies no sooner than it is made to. */
  private final class Slow implements LocalTrainer {
    private double x;
    private double start;
    private double brought;

    @Override
    public long dimension() {
      return 1;
    }

    @Override
    public Precision precision() {
      return Precision.FLOAT32;
    }

    @Override
    public void load(FlatVector parameters) {
      x = parameters.get(0);
      start = x;
      log.add("load " + x);
    }

    @Override
    public TrainedRound train(TrainOrder order, BooleanSupplier interrupted) {
      int n = 0;
      while (n < order.steps() && !interrupted.getAsBoolean()) {
        steps.acquireUninterruptibly();
        x += 1;
        log.add("step of shard " + order.shard() + " to " + x);
        n++;
        taken.release();
      }
      return new TrainedRound(n, n, 0.5, 0.5, n);
    }

    @Override
    public void pseudoGradient(FlatVector into) {
      into.set(0, start - x);
    }

    @Override
    public PendingCopy startPseudoGradient(FlatVector into) {
      double delta = start - x;
      log.add("delta leaves");
      return late(() -> into.set(0, delta));
    }

    @Override
    public void goOn() {
      start = x;
      log.add("go on from " + x);
    }

    @Override
    public PendingCopy bring(FlatVector base) {
      double value = base.get(0);
      log.add("base comes");
      return late(() -> brought = value);
    }

    /** There only when the second look asks for it. */
    private PendingCopy late(Runnable copy) {
      return new PendingCopy() {
        private int looks;
        private boolean done;

        @Override
        public void await() {
          if (!done) {
            done = true;
            copy.run();
          }
        }

        @Override
        public boolean arrived() {
          return ++looks > 1;
        }
      };
    }

    @Override
    public void rebase() {
      x += brought - start;
      start = brought;
      log.add("base " + brought + ", now at " + x);
    }

    @Override
    public TrainerState state() {
      return new TrainerState(0, List.of());
    }

    @Override
    public void restore(TrainerState state) {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() throws Exception {
    thread.start();
    next(WorkerMessage.Ready.class);
    thread.train(1, 1, order(0), order(1), lease(10), List.of());
  }

  @AfterEach
  void shouldGiveAllBack() throws Exception {
    thread.end();
    steps.release(100);
    thread.join(Duration.ofSeconds(10));
    assertThat(thread.isAlive()).isFalse();
    told.forEach(m -> {
      if (m instanceof WorkerMessage.RoundDone d) {
        d.delta().close();
      }
    });
    assertThat(pool.outstanding()).isZero();
  }

  private static TrainOrder order(int shard) {
    return new TrainOrder(4, shard, 0, 0, 1);
  }

  private Lease lease(double value) {
    Lease lease = pool.lease();
    lease.vector().set(0, value);
    return lease;
  }

  private void step(int n) throws InterruptedException {
    steps.release(n);
    assertThat(taken.tryAcquire(n, 10, TimeUnit.SECONDS)).as("%d steps", n).isTrue();
  }

  private <T extends WorkerMessage> T next(Class<T> kind) throws InterruptedException {
    WorkerMessage m = told.poll(10, TimeUnit.SECONDS);
    assertThat(m).isInstanceOf(kind);
    return kind.cast(m);
  }

  private double done(long round, boolean goesOn) throws InterruptedException {
    WorkerMessage.RoundDone d = next(WorkerMessage.RoundDone.class);
    assertThat(d.round()).isEqualTo(round);
    assertThat(d.goesOn()).isEqualTo(goesOn);
    assertThat(d.result().steps()).isEqualTo(4);
    double delta = d.delta().vector().get(0);
    d.delta().close();
    return delta;
  }

  @Test
  void shouldTakeStepsWhileThePushLeavesAndTheBaseComes() throws Exception {
    step(5);
    assertThat(done(1, true)).isEqualTo(-4);
    thread.rebase(1, 2, null, lease(100));
    step(3);
    assertThat(done(2, false)).as("minus the steps of the round").isEqualTo(-4);
    assertThat(log)
        .containsExactly(
            "load 10.0",
            "step of shard 0 to 11.0",
            "step of shard 0 to 12.0",
            "step of shard 0 to 13.0",
            "step of shard 0 to 14.0",
            "delta leaves",
            "go on from 14.0",
            "step of shard 1 to 15.0",
            "step of shard 1 to 16.0",
            "base comes",
            "step of shard 1 to 17.0",
            "base 100.0, now at 103.0",
            "step of shard 1 to 104.0");
  }

  @Test
  void shouldWaitForTheBaseWhenItsStepsAreDone() throws Exception {
    step(8);
    assertThat(done(1, true)).isEqualTo(-4);
    assertThat(told).isEmpty();
    thread.rebase(7, 2, null, lease(50)); // Of another life.
    thread.rebase(1, 1, null, lease(50)); // Of another round.
    thread.rebase(1, 2, order(2), lease(100));
    step(1);
    assertThat(done(2, true)).isEqualTo(-4);
    assertThat(log).endsWith("go on from 104.0", "step of shard 2 to 105.0");
  }

  @Test
  void aPauseShouldNotWaitForWhoWaitsForItsBase() throws Exception {
    step(8);
    done(1, true);
    thread.halt(() -> told.add(new WorkerMessage.Standing(1)));
    next(WorkerMessage.Standing.class);
    thread.goOn();
    thread.rebase(1, 2, null, lease(100));
    done(2, false);
  }

  @Test
  void shouldGiveUpAtTheNextStepAndSayHowManyWereForNothing() throws Exception {
    step(5);
    done(1, true);
    thread.giveUp("refused");
    thread.train(1, 3, order(5), null, lease(0), List.of());
    step(1); // The one that was under way.
    WorkerMessage.RoundDropped d = next(WorkerMessage.RoundDropped.class);
    assertThat(d.round()).isEqualTo(2);
    assertThat(d.result().steps()).isEqualTo(2);
    assertThat(d.why()).isEqualTo("refused");
    step(4);
    assertThat(done(3, false)).isEqualTo(-4);
    assertThat(log).contains("load 0.0");
  }

  @Test
  void whoWaitsForItsBaseShouldGiveUpToo() throws Exception {
    step(8);
    done(1, true);
    thread.giveUp("refused");
    assertThat(next(WorkerMessage.RoundDropped.class).result().steps()).isEqualTo(4);
  }

  @Test
  void aRoundThatHasItsBaseShouldBeFinishedAndNotGoneOnFrom() throws Exception {
    step(3);
    thread.giveUp("the worker leaves");
    step(1);
    assertThat(done(1, false)).isEqualTo(-4);
  }

  @Test
  void anotherLifeShouldEndWhatTheFormerHadBegun() throws Exception {
    step(5);
    done(1, true);
    thread.train(2, 1, order(5), null, lease(0), List.of());
    step(1);
    assertThat(next(WorkerMessage.RoundDropped.class).life()).isEqualTo(1);
    step(4);
    assertThat(done(1, false)).isEqualTo(-4);
  }

  @Test
  void theEndShouldGiveBackWhatIsOnItsWay() throws Exception {
    step(4);
    thread.rebase(1, 2, null, lease(100));
    thread.end();
  }
}
