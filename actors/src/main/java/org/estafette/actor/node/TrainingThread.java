package org.estafette.actor.node;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.algorithm.train.TrainerState;
import org.estafette.memory.Lease;

/**
 * A worker's own thread: takes its local steps, and nothing else runs there. The trainer is made,
 * used and closed here, so that its device knows one thread only.
 */
final class TrainingThread extends Thread {
  private sealed interface Task {}

  private record Train(int life, long round, TrainOrder order, Lease start, List<Lease> moments)
      implements Task {
    void close() {
      start.close();
      moments.forEach(Lease::close);
    }
  }

  private record End() implements Task {}

  private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
  private final Supplier<LocalTrainer> trainer;
  private final Supplier<Lease> leases;
  private final double speed;
  private final Consumer<WorkerMessage> tell;
  private final StepFaults faults;
  private final Gate gate = new Gate();
  private volatile boolean ending;
  private volatile int life;
  private volatile boolean loaded;
  private long stepsTaken;

  /**
   * @param trainer makes the trainer, on this thread
   * @param leases gives vectors for pseudo-gradients
   * @param speed relative speed, at most 1: slower workers wait after each step
   * @param faults what goes wrong with its steps on purpose
   * @param tell told what happens; called on this thread
   */
  TrainingThread(
      String name,
      Supplier<LocalTrainer> trainer,
      Supplier<Lease> leases,
      double speed,
      StepFaults faults,
      Consumer<WorkerMessage> tell) {
    super(name);
    setDaemon(true);
    this.trainer = trainer;
    this.leases = leases;
    this.speed = speed;
    this.faults = faults;
    this.tell = tell;
  }

  /**
   * Trains a round from {@code start}. A round of an earlier life that is still under way is given
   * up. The leases pass to this thread.
   *
   * @param moments what the inner optimizer's are to be; empty where it keeps its own
   */
  void train(int incarnation, long round, TrainOrder order, Lease start, List<Lease> moments) {
    life = incarnation;
    tasks.add(new Train(incarnation, round, order, start, moments));
    gate.look();
  }

  /**
   * Takes no further step until {@link #goOn}, and keeps all it has.
   *
   * @param standing told once, when no step is under way any more
   */
  void halt(Runnable standing) {
    gate.close(standing);
  }

  /** Goes on where it was halted. */
  void goOn() {
    gate.open();
  }

  /** Whether it has its model and can take steps. */
  boolean loaded() {
    return loaded && !ending;
  }

  /** Ends after the current step. */
  void end() {
    ending = true;
    tasks.add(new End());
    LockSupport.unpark(this);
    gate.look();
  }

  @Override
  public void run() {
    try (LocalTrainer t = trainer.get()) {
      loaded = true;
      tell.accept(new WorkerMessage.Ready());
      for (Task task = tasks.take(); task instanceof Train train; task = tasks.take()) {
        gate.enter();
        try {
          train(t, train);
        } finally {
          gate.leave();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      tell.accept(new WorkerMessage.TrainingFailed(String.valueOf(e.getMessage()), e));
    } finally {
      ending = true;
      for (Task left = tasks.poll(); left != null; left = tasks.poll()) {
        if (left instanceof Train train) {
          train.close();
        }
      }
    }
  }

  private void train(LocalTrainer t, Train task) {
    try {
      t.load(task.start().vector());
      if (!task.moments().isEmpty()) {
        t.restore(
            new TrainerState(stepsTaken, task.moments().stream().map(Lease::vector).toList()));
      }
    } finally {
      task.close();
    }
    Pace pace = new Pace(task.life());
    TrainedRound result = t.train(task.order(), pace::betweenSteps);
    double seconds = pace.end();
    stepsTaken += result.steps();
    if (ending || task.life() != life) {
      return; // The run is over, or the node leaves: an unfinished round is nobody's.
    }
    Lease delta = leases.get();
    try {
      t.pseudoGradient(delta.vector());
    } catch (Throwable e) {
      delta.close();
      throw e;
    }
    tell.accept(new WorkerMessage.RoundDone(task.life(), task.round(), result, seconds, delta));
  }

  /** Measures the round without pauses, and slows a worker down that plays a slower machine. */
  private final class Pace {
    private final long began = System.nanoTime();
    private long stepBegan = began;
    private final int ofLife;
    private boolean first = true;
    private long halted;

    Pace(int ofLife) {
      this.ofLife = ofLife;
    }

    boolean betweenSteps() {
      if (!first) {
        waitAfterStep();
      }
      first = false;
      halted += gate.pass(this::over);
      stepBegan = System.nanoTime();
      return over();
    }

    private boolean over() {
      return ending || ofLife != life;
    }

    double end() {
      waitAfterStep();
      return (System.nanoTime() - began - halted) / 1e9;
    }

    private void waitAfterStep() {
      waitForSpeed();
      faults.afterStep(System.nanoTime() - stepBegan, this::over);
    }

    private void waitForSpeed() {
      if (speed >= 1) {
        return;
      }
      long now = System.nanoTime();
      long until = now + (long) ((now - stepBegan) * (1 / speed - 1));
      while (!ending && now < until) {
        LockSupport.parkNanos(until - now);
        now = System.nanoTime();
      }
    }
  }
}
