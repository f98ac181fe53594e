package org.estafette.simulation.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.mailbox.DelayedNesterovQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.history.History;
import org.estafette.history.HistoryChecker;
import org.estafette.history.Replay;
import org.estafette.history.Violation;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.Simulator;
import org.estafette.simulation.StepTime;
import org.estafette.simulation.WorkerSetup;

/** Runs a case and gives its verdict. The same seed gives the same verdict. */
public final class ChaosRun {
  /** A run that has not ended by this virtual second hangs. */
  private static final double HORIZON = 20_000;

  /** Seconds after which nothing of a run that has ended is on its way any more. */
  private static final double CALM = 200;

  private final ChaosCase run;
  private final UnaryOperator<Server> spoil;
  private final VectorPool pool =
      VectorPool.unbounded("chaos", Precision.FLOAT64, ChaosCase.DIMENSION);
  private final History history = new History(true);
  private final List<Server> servers = new ArrayList<>();
  private final List<LocalTrainer> trainers = new ArrayList<>();
  private final Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
  private int applied;
  private int wasted;

  /**
   * The verdict on a run.
   *
   * @param seed names it
   * @param finished whether it used up its budget
   * @param faults how many things went wrong
   * @param takeovers how often a new server took over
   * @param applied pushes applied, also those that a restart undid
   * @param refused pushes refused
   * @param wasted local steps that overlapping workers began and gave up
   * @param loss at the end, of the mean of both shards' functions
   * @param violations promises that it broke; empty where all is well
   */
  public record Verdict(
      long seed,
      boolean finished,
      int faults,
      int takeovers,
      int applied,
      Map<Refusal, Integer> refused,
      int wasted,
      double loss,
      List<Violation> violations) {
    /** Whether it ended and broke no promise. */
    public boolean good() {
      return finished && violations.isEmpty();
    }
  }

  private ChaosRun(ChaosCase run, UnaryOperator<Server> spoil) {
    this.run = run;
    this.spoil = spoil;
  }

  /** Runs the case of that seed. */
  public static Verdict of(long seed) {
    return new ChaosRun(ChaosCase.of(seed), s -> s).verdict();
  }

  /** Runs the case of that seed with nothing going wrong: what the other is compared with. */
  public static Verdict undisturbed(long seed) {
    return new ChaosRun(ChaosCase.of(seed).undisturbed(), s -> s).verdict();
  }

  /** Runs a case. */
  static Verdict of(ChaosCase run) {
    return new ChaosRun(run, s -> s).verdict();
  }

  /** Runs the case of that seed with servers that were made worse. */
  static Verdict spoiled(long seed, UnaryOperator<Server> spoil) {
    return new ChaosRun(ChaosCase.of(seed), spoil).verdict();
  }

  private Verdict verdict() {
    List<Violation> violations = new ArrayList<>();
    Server last;
    try (Simulator simulator = simulator()) {
      simulator.start();
      simulator.run(HORIZON, () -> servers.getLast().finished());
      simulator.run(Math.max(simulator.now(), ChaosCase.FAULTY_SECONDS) + CALM, () -> false);
      last = servers.getLast();
      // All pushes have arrived or never will: nothing is under way.
      violations.addAll(HistoryChecker.check(history, !run.synchronous(), List.of()));
      Violation replay =
          Replay.compare(history, run.first(), run.outer(), run.synchronous(), last.parameters());
      if (replay != null) {
        violations.add(replay);
      }
    } finally {
      trainers.forEach(LocalTrainer::close);
    }
    if (pool.outstanding() != 0) {
      violations.add(
          new Violation(
              Violation.Promise.ACCOUNTED_FOR,
              Double.NaN,
              pool.outstanding() + " vectors were not given back (expected 0)"));
    }
    return new Verdict(
        run.seed(),
        last.finished(),
        run.faults().faults().size(),
        servers.size() - 1,
        applied,
        refused,
        wasted,
        loss(last),
        violations);
  }

  private Simulator simulator() {
    SimulationPlan plan =
        new SimulationPlan(
                run.workers(),
                new DelayedNesterovQueue(QueueOptions.of(4, ChaosCase.PERIOD)),
                run.secondsPerUpdate(),
                0.7,
                List.of())
            .with(run.faults(), run.saveEvery());
    return new Simulator(plan, this::server, this::worker, pool::lease, this::decided, history);
  }

  private Server server() {
    Server server = spoil.apply(run.server());
    servers.add(server);
    return server;
  }

  private WorkerSetup worker(int slot, int life) {
    LocalTrainer trainer = run.trainer();
    trainers.add(trainer);
    return new WorkerSetup(
        new AsyncWorker(1, run.patience(), Double.NaN),
        trainer,
        StepTime.constant(0.1 + 0.05 * slot),
        new Link(0.05, 0.001));
  }

  private void decided(double at, PeerId who, Decision decision) {
    if (decision instanceof Decision.Refused r && who.isServer()) {
      refused.merge(r.reason(), 1, Integer::sum);
    } else if (decision instanceof Decision.Applied) {
      applied++;
    } else if (decision instanceof Decision.Wasted w) {
      wasted += w.steps();
    }
  }

  private static double loss(Server server) {
    double loss = 0;
    for (int shard = 0; shard < 2; shard++) {
      for (int j = 0; j < ChaosCase.DIMENSION; j++) {
        double d = server.parameters().get(j) - shard;
        loss += 0.25 * (j + 1) * d * d;
      }
    }
    return loss;
  }
}
