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
import org.jspecify.annotations.Nullable;

/**
 * A worker's own thread: takes its local steps, and nothing else runs there. The trainer is made,
 * used and closed here, so that its device knows one thread only.
 */
final class TrainingThread extends Thread {
  /** What it is told to do. */
  sealed interface Task {
    /** Gives back what it holds. */
    default void close() {}
  }

  /** A round, from {@code start}; where {@code ahead} is given, it goes on with that. */
  private record Train(
      int life,
      long round,
      TrainOrder order,
      @Nullable TrainOrder ahead,
      Lease start,
      List<Lease> moments)
      implements Task {
    @Override
    public void close() {
      start.close();
      moments.forEach(Lease::close);
    }
  }

  /** The base of the round that was begun provisionally, and what comes after that. */
  record Rebase(int life, long round, @Nullable TrainOrder ahead, Lease base) implements Task {
    @Override
    public void close() {
      base.close();
    }
  }

  /** The provisional round is given up, or the present one is not gone on from. */
  record GiveUp(String why) implements Task {}

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

  /** A task that came while a provisional round was under way, and is the next one. */
  private @Nullable Task upcoming;

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
   * @param ahead what to go on with without waiting; null to wait
   * @param moments what the inner optimizer's are to be; empty where it keeps its own
   */
  void train(
      int incarnation,
      long round,
      TrainOrder order,
      @Nullable TrainOrder ahead,
      Lease start,
      List<Lease> moments) {
    life = incarnation;
    tasks.add(new Train(incarnation, round, order, ahead, start, moments));
    gate.look();
  }

  /**
   * Gives the provisional round of that number its base; the lease passes to this thread.
   *
   * @param ahead what to go on with after that round; null to wait then
   */
  void rebase(int incarnation, long round, @Nullable TrainOrder ahead, Lease base) {
    tasks.add(new Rebase(incarnation, round, ahead, base));
  }

  /**
   * Gives up the provisional round, at its next step boundary; a round that has its base is
   * finished and not gone on from.
   */
  void giveUp(String why) {
    tasks.add(new GiveUp(why));
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
      for (Task task = tasks.take(); !(task instanceof End); task = next()) {
        if (task instanceof Train train) {
          gate.enter();
          try {
            train(t, train);
          } finally {
            gate.leave();
          }
        } else {
          task.close(); // For a provisional round that is over.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      tell.accept(new WorkerMessage.TrainingFailed(String.valueOf(e.getMessage()), e));
    } finally {
      ending = true;
      if (upcoming != null) {
        upcoming.close();
      }
      for (Task left = tasks.poll(); left != null; left = tasks.poll()) {
        left.close();
      }
    }
  }

  private Task next() throws InterruptedException {
    Task first = upcoming;
    upcoming = null;
    return first == null ? tasks.take() : first;
  }

  private void train(LocalTrainer t, Train task) throws InterruptedException {
    try {
      t.load(task.start().vector());
      if (!task.moments().isEmpty()) {
        t.restore(
            new TrainerState(stepsTaken, task.moments().stream().map(Lease::vector).toList()));
      }
    } finally {
      task.close();
    }
    TrainOrder order = task.order();
    Pace pace = new Pace(task.life());
    TrainedRound result = t.train(order, pace::betweenSteps);
    FinishedRound done = new FinishedRound(task.life(), task.round(), result, pace.end());
    stepsTaken += result.steps();
    TrainOrder ahead = task.ahead();
    // Whatever has been said meanwhile comes first.
    while (ahead != null && !over(task.life()) && done.complete(order) && tasks.peek() == null) {
      order = ahead;
      try (ProvisionalRound next = new ProvisionalRound(t, leases, tell, done)) {
        pace = new Pace(task.life());
        result = t.train(order, new Beside(pace, next)::betweenSteps);
        done = new FinishedRound(task.life(), done.round() + 1, result, pace.end());
        stepsTaken += result.steps();
        awaitBase(next, task.life());
        if (next.end(result)) {
          return;
        }
        ahead = next.ahead();
      }
    }
    if (over(task.life())) {
      return; // The run is over, or the node leaves: an unfinished round is nobody's.
    }
    Lease delta = leases.get();
    try {
      t.pseudoGradient(delta.vector());
    } catch (Throwable e) {
      delta.close();
      throw e;
    }
    tell.accept(done.message(delta, false));
  }

  private boolean over(int ofLife) {
    return ending || ofLife != life;
  }

  /** The steps are done, and their base may still be to come; no step is under way meanwhile. */
  private void awaitBase(ProvisionalRound round, int ofLife) throws InterruptedException {
    round.depart();
    if (!round.baseless() || over(ofLife)) {
      return;
    }
    gate.leave();
    try {
      while (round.baseless() && !over(ofLife)) {
        heed(round, tasks.take());
      }
    } finally {
      gate.enter();
    }
  }

  private void heed(ProvisionalRound round, Task task) {
    switch (task) {
      case Rebase r -> round.base(r);
      case GiveUp g -> round.giveUp(g.why());
      case Train t -> {
        upcoming = t;
        round.giveUp("another round was given out");
      }
      case End e -> {
        upcoming = e;
        round.giveUp("the worker ends");
      }
    }
  }

  /** What is to be looked at between two steps of a provisional round. */
  private final class Beside {
    private final Pace pace;
    private final ProvisionalRound round;

    Beside(Pace pace, ProvisionalRound round) {
      this.pace = pace;
      this.round = round;
    }

    boolean betweenSteps() {
      boolean over = pace.betweenSteps();
      while (!over && upcoming == null) {
        Task task = tasks.poll();
        if (task == null) {
          break;
        }
        heed(round, task);
      }
      round.look();
      return over || round.givenUp();
    }
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
      return TrainingThread.this.over(ofLife);
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
