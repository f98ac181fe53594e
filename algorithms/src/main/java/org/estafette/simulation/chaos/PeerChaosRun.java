package org.estafette.simulation.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.peer.PeerMailboxes;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.gossip.PairwiseWorker;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.history.Violation;
import org.estafette.history.peer.Law;
import org.estafette.history.peer.PeerChecker;
import org.estafette.history.peer.PeerHistory;
import org.estafette.history.peer.Self;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.PeerSetup;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.StepTime;

/**
 * Runs a case without a server and gives its verdict. The same seed gives the same verdict, bit for
 * bit.
 */
public final class PeerChaosRun {
  private static final double HORIZON = 20_000;

  /** Seconds after which nothing of a run that has ended is on its way any more. */
  private static final double CALM = 200;

  private final PeerChaosCase run;
  private final Spoil spoil;
  private final VectorPool pool =
      VectorPool.unbounded("peer-chaos", Precision.FLOAT64, PeerChaosCase.LAYOUT.length());
  private final PeerHistory history = new PeerHistory();
  private final Map<Integer, LocalTrainer> trainers = new HashMap<>();
  private final Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
  private int lives;
  private int averages;

  /**
   * Makes workers, and what they are made of, worse than they are; by default not.
   *
   * @param known whether the replay knows what the method is made to do
   */
  record Spoil(
      UnaryOperator<PeerMethod> method,
      UnaryOperator<UpdateQueue> mailbox,
      UnaryOperator<Peer> peer,
      boolean known) {
    static final Spoil NOTHING = new Spoil(m -> m, q -> q, p -> p, true);

    static Spoil method(UnaryOperator<PeerMethod> spoil) {
      return new Spoil(spoil, q -> q, p -> p, true);
    }

    static Spoil mailbox(UnaryOperator<UpdateQueue> spoil) {
      return new Spoil(m -> m, spoil, p -> p, true);
    }

    static Spoil peer(UnaryOperator<Peer> spoil) {
      return new Spoil(m -> m, q -> q, spoil, true);
    }
  }

  /**
   * The verdict on a run.
   *
   * @param seed names it
   * @param kind the method and its pace
   * @param finished whether all did their rounds
   * @param faults how many things went wrong, messages lost or doubled at random not counted
   * @param rejoined how often a worker came back, or came later
   * @param averages rounds that workers finished
   * @param refused messages refused
   * @param loss at the end, of the mean of all slots' functions at the mean of all models
   * @param held how many things were held against each promise
   * @param violations promises that it broke; empty where all is well
   */
  public record Verdict(
      long seed,
      String kind,
      boolean finished,
      int faults,
      int rejoined,
      int averages,
      Map<Refusal, Integer> refused,
      double loss,
      Map<Violation.Promise, Long> held,
      List<Violation> violations) {
    /** Whether it ended and broke no promise. */
    public boolean good() {
      return finished && violations.isEmpty();
    }
  }

  private PeerChaosRun(PeerChaosCase run, Spoil spoil) {
    this.run = run;
    this.spoil = spoil;
  }

  /** Runs the case of that seed. */
  public static Verdict of(long seed) {
    return of(PeerChaosCase.of(seed), Spoil.NOTHING);
  }

  static Verdict of(PeerChaosCase run, Spoil spoil) {
    return new PeerChaosRun(run, spoil).verdict();
  }

  private Verdict verdict() {
    Map<Self, Integer> held = new HashMap<>();
    boolean finished;
    double loss;
    PeerSimulator simulator =
        new PeerSimulator(run.network(), this::worker, pool::lease, this::decided, history);
    try (simulator) {
      simulator.start();
      simulator.run(HORIZON, simulator::finished);
      simulator.run(Math.max(simulator.now(), PeerChaosCase.FAULTY_SECONDS) + CALM, () -> false);
      simulator.run(HORIZON, simulator::finished); // Who came back late has rounds left.
      simulator.run(simulator.now() + CALM, () -> false);
      finished = simulator.finished();
      loss = loss(simulator.mean());
      for (int slot = 0; slot < run.network().workers(); slot++) {
        if (simulator.live(slot)) {
          held.put(new Self(PeerId.worker(slot), simulator.life(slot)), simulator.held(slot));
        }
      }
    } finally {
      trainers.values().forEach(LocalTrainer::close);
    }
    boolean pairs = run.kind().law instanceof Law.Pairs;
    PeerChecker.Result result =
        PeerChecker.check(
            history.facts(),
            new PeerChecker.Run(
                run.kind().law, pairs ? null : who -> method(spoil.known()), held, run.calm()));
    List<Violation> violations = new ArrayList<>(result.violations());
    if (pool.outstanding() != 0) {
      violations.add(
          new Violation(
              Violation.Promise.ACCOUNTED_FOR,
              Double.NaN,
              pool.outstanding() + " vectors were not given back (expected 0)"));
    }
    return new Verdict(
        run.seed(),
        run.kind().name().toLowerCase(java.util.Locale.ROOT),
        finished,
        run.network().faults().faults().size(),
        lives - run.network().workers() + run.network().joins().size(),
        averages,
        refused,
        loss,
        result.held(),
        violations);
  }

  private PeerSetup worker(int slot, int life) {
    lives++;
    LocalTrainer trainer = run.trainer();
    trainers.put(slot, trainer);
    boolean late = life > 1 || run.network().joins().stream().anyMatch(j -> j.slot() == slot);
    Float64Vector x = Float64Vector.zeros(PeerChaosCase.LAYOUT.length());
    x.fill(5);
    StepTime time = StepTime.constant(0.1 + 0.05 * slot);
    if (run.kind() == PeerKind.PAIRS) {
      Peer pair =
          late
              ? PairwiseWorker.joining(run.rounds(), run.graph(), x, run.seed())
              : PairwiseWorker.starting(run.rounds(), run.graph(), x, run.seed());
      return new PeerSetup(
          spoil.peer().apply(pair), new FifoQueue(QueueOptions.of(64, 1)), trainer, time);
    }
    PeerMethod method = history.witness(PeerId.worker(slot), life, method(true));
    Peer peer =
        late
            ? PeerWorker.joining(run.rounds(), run.graph(), method, x)
            : PeerWorker.starting(run.rounds(), run.graph(), method, x);
    return new PeerSetup(
        spoil.peer().apply(peer),
        spoil.mailbox().apply(PeerMailboxes.fitting(run.rounds(), method, 64)),
        trainer,
        time);
  }

  private PeerMethod method(boolean spoilt) {
    PeerMethod method = run.kind().method(PeerChaosCase.LAYOUT);
    return spoilt ? spoil.method().apply(method) : method;
  }

  private void decided(double at, PeerId who, Decision decision) {
    if (decision instanceof Decision.Refused r) {
      refused.merge(r.reason(), 1, Integer::sum);
    } else if (decision instanceof Decision.Mixed) {
      averages++;
    }
  }

  private double loss(FlatVector x) {
    double loss = 0;
    int n = run.network().workers();
    for (int slot = 0; slot < n; slot++) {
      for (int j = 0; j < x.length(); j++) {
        double d = x.get(j) - slot % 2;
        loss += (j + 1) * d * d / 4 / n;
      }
    }
    return loss;
  }
}
