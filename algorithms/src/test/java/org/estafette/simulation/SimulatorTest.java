package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.mailbox.DelayedNesterovQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.RoundCoordinator;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.server.ServerState;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorTest {
  private static final int WORKERS = 5;
  private static final Rules.DelayedNesterov RULE = new Rules.DelayedNesterov(0.7, 0.9, 4, 0.1);

  /** A run with all that it is made of; closing it checks the leases. */
  private static final class Run implements AutoCloseable {
    final Tasks.Task task;
    final VectorPool pool;
    final Server server;
    final Simulator simulator;
    final List<String> log = new ArrayList<>();
    final List<Decision> decisions = new ArrayList<>();
    private final List<LocalTrainer> trainers = new ArrayList<>();

    Run(Tasks.Task task, boolean sync, Setup setup) {
      this.task = task;
      this.pool = VectorPool.unbounded("run", task.precision(), task.dimension());
      FlatVector x = task.precision().zeros(task.dimension());
      task.start(x);
      ServerPlan plan =
          new ServerPlan(
              1,
              1,
              new StalenessPolicy.Polynomial(0.5),
              setup.compensation(),
              new LocalSteps.Dynamic(6, 1),
              setup.grace(),
              new ShardChoice.Proportional(),
              new long[] {2, 1, 3},
              setup.budget(),
              ServerPlan.ScheduleScope.RUN,
              11);
      LinearOuter outer = new LinearOuter(RULE, task.dimension(), task.precision());
      server =
          sync
              ? new RoundCoordinator(
                  plan, x, outer, RoundCoordinator.Averaging.TOKENS, WORKERS, 1e9)
              : new ParameterServer(plan, x, outer);
      simulator =
          new Simulator(
              new SimulationPlan(
                  WORKERS,
                  new DelayedNesterovQueue(QueueOptions.of(setup.capacity(), 4)),
                  setup.secondsPerUpdate(),
                  0.7,
                  setup.deaths()),
              server,
              (slot, life) -> {
                LocalTrainer trainer = task.trainer();
                trainers.add(trainer);
                return new WorkerSetup(
                    new AsyncWorker(1, setup.patience(), 0.1 + 0.07 * slot),
                    trainer,
                    StepTime.constant(0.1 + 0.07 * slot),
                    setup.link());
              },
              pool::lease,
              (at, who, d) -> {
                log.add(at + " " + who + " " + d);
                decisions.add(d);
              });
    }

    <T extends Decision> List<T> decisions(Class<T> kind) {
      return decisions.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    Run begun() {
      simulator.start();
      return this;
    }

    Run finished() {
      simulator.run(Double.POSITIVE_INFINITY, () -> false);
      return this;
    }

    void events(int n) {
      long end = simulator.handled() + n;
      simulator.run(Double.POSITIVE_INFINITY, () -> simulator.handled() >= end);
    }

    @Override
    public void close() {
      simulator.close();
      trainers.forEach(LocalTrainer::close);
      assertThat(pool.outstanding()).as("leases that were not given back").isZero();
    }
  }

  private record Setup(
      GraceWindow grace,
      long budget,
      int capacity,
      double secondsPerUpdate,
      double patience,
      Link link,
      double compensation,
      List<SimulationPlan.Death> deaths) {
    static Setup plain(long budget) {
      return new Setup(
          GraceWindow.NONE,
          budget,
          100,
          0,
          Double.POSITIVE_INFINITY,
          new Link(0.05, 0.001),
          0,
          List.of());
    }

    Setup grace(GraceWindow w) {
      return new Setup(w, budget, capacity, secondsPerUpdate, patience, link, compensation, deaths);
    }

    Setup busy(double seconds, int most) {
      return new Setup(grace, budget, most, seconds, patience, link, compensation, deaths);
    }

    Setup compensated(double lambda) {
      return new Setup(grace, budget, capacity, secondsPerUpdate, patience, link, lambda, deaths);
    }

    Setup patience(double seconds) {
      return new Setup(
          grace, budget, capacity, secondsPerUpdate, seconds, link, compensation, deaths);
    }

    Setup dying(List<SimulationPlan.Death> some) {
      return new Setup(
          grace, budget, capacity, secondsPerUpdate, patience, link, compensation, some);
    }
  }

  private static void assertSame(Run expected, Run actual) {
    assertThat(actual.simulator.now()).isEqualTo(expected.simulator.now());
    var vectors = actual.server.state().vectors();
    expected
        .server
        .state()
        .vectors()
        .forEach((name, v) -> {
          for (long i = 0; i < v.length(); i++) {
            assertThat(vectors.get(name).get(i)).as("%s[%d]", name, i).isEqualTo(v.get(i));
          }
        });
    assertThat(actual.server.state().workers()).isEqualTo(expected.server.state().workers());
  }

  @ParameterizedTest
  @ValueSource(strings = {"quadratics async", "quadratics sync", "mlp async", "mlp sync"})
  void theSameRunTwiceShouldBeTheSameBitForBit(String what) {
    boolean sync = what.endsWith("sync") && !what.endsWith("async");
    Tasks.Task task = what.startsWith("mlp") ? Tasks.mlp() : Tasks.quadratics();
    Setup setup = Setup.plain(400).grace(new GraceWindow(0.3, false)).busy(0.02, 100);
    try (Run one = new Run(task, sync, setup).begun().finished();
        Run other = new Run(task, sync, setup).begun().finished()) {
      assertThat(other.log).isEqualTo(one.log);
      assertSame(one, other);
      assertThat(one.server.finished()).isTrue();
      assertThat(one.server.state().localSteps()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quadratics async",
        "quadratics predictive",
        "quadratics compensated",
        "quadratics sync",
        "mlp async"
      })
  void aRunSavedBetweenTwoEventsShouldGoOnBitForBit(String what) {
    boolean sync = what.endsWith(" sync");
    boolean mlp = what.startsWith("mlp");
    Tasks.Task task = mlp ? Tasks.mlp() : Tasks.quadratics();
    Setup setup =
        Setup.plain(mlp ? 150 : 300)
            .grace(new GraceWindow(0.3, what.endsWith("predictive")))
            .compensated(what.endsWith("compensated") ? 0.5 : 0)
            .dying(
                List.of(
                    new SimulationPlan.Death(1.5, 1, 1), new SimulationPlan.Death(2.5, 3, 0.2)));
    long seed = what.hashCode();
    SplittableRandom random = new SplittableRandom(seed);
    try (Run whole = new Run(task, sync, setup).begun().finished()) {
      int restored = 0;
      for (int i = 0; i < (mlp ? 6 : 40); i++) {
        try (Run first = new Run(task, sync, setup).begun();
            Run second = new Run(task, sync, setup)) {
          first.events(random.nextInt((int) whole.simulator.handled()));
          while (!first.simulator.atRest()) {
            first.events(1);
          }
          second.simulator.restore(copy(first.simulator.state(), second.pool));
          second.finished();
          List<String> all = new ArrayList<>(first.log);
          all.addAll(second.log);
          for (int j = 0; j < whole.log.size(); j++) {
            assertThat(j < all.size() ? all.get(j) : "nothing")
                .as("seed=%d, point %d, decision %d", seed, i, j)
                .isEqualTo(whole.log.get(j));
          }
          assertThat(all).hasSameSizeAs(whole.log);
          assertThat(second.simulator.handled()).isEqualTo(whole.simulator.handled());
          assertSame(whole, second);
          restored++;
        }
      }
      assertThat(restored).isPositive();
    }
  }

  private static FlatVector copy(FlatVector v) {
    FlatVector c = v.precision().zeros(v.length());
    c.copyFrom(v);
    return c;
  }

  private static Lease copy(Lease lease, VectorPool pool) {
    Lease c = pool.lease();
    c.vector().copyFrom(lease.vector());
    return c;
  }

  /** What a file would hold. */
  private static SimulationState copy(SimulationState s, VectorPool pool) {
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    s.server().vectors().forEach((name, v) -> vectors.put(name, copy(v)));
    ServerState v = s.server();
    ServerState server =
        new ServerState(
            v.schema(),
            v.epoch(),
            v.version(),
            v.counter(),
            v.localSteps(),
            v.tokens(),
            v.sent(),
            v.finished(),
            v.shardProgress(),
            v.workers(),
            v.held(),
            v.windowEnds(),
            vectors);
    List<SimulationState.WorkerSnapshot> workers = new ArrayList<>();
    for (SimulationState.WorkerSnapshot w : s.workers()) {
      workers.add(
          new SimulationState.WorkerSnapshot(
              w.incarnation(),
              w.live(),
              w.participant(),
              w.loaded() == null ? null : copy(w.loaded()),
              new TrainerState(
                  w.trainer().optimizerStep(),
                  w.trainer().moments().stream().map(SimulatorTest::copy).toList())));
    }
    List<Pending> pending = new ArrayList<>();
    for (Pending p : s.pending()) {
      Pending.What what =
          switch (p.message()) {
            case GlobalModel m ->
                new Pending.Arrival(
                    new GlobalModel(
                        m.header(),
                        copy(m.parameters(), pool),
                        m.answers(),
                        m.outcome(),
                        m.assignment()));
            case PseudoGradient m ->
                new Pending.Arrival(
                    new PseudoGradient(m.header(), copy(m.delta(), pool), m.report()));
            case null, default -> p.what();
          };
      pending.add(new Pending(p.time(), p.sequence(), p.target(), p.life(), what));
    }
    return new SimulationState(
        s.now(), s.sequence(), s.handled(), s.busyUntil(), server, workers, pending);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void deathsShouldCostAtMostTheRoundAndTheBudgetShouldStillBeDoneExactly(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<SimulationPlan.Death> deaths = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int slot = 1 + random.nextInt(WORKERS - 1);
      // Some replacements come before the death is even noticed; worker 4 may stay away.
      double downtime = slot == 4 && i > 6 ? Double.POSITIVE_INFINITY : random.nextDouble() * 1.5;
      deaths.add(new SimulationPlan.Death(random.nextDouble() * 8, slot, downtime));
    }
    for (boolean sync : new boolean[] {false, true}) {
      Setup setup =
          Setup.plain(600)
              .busy(0.03, 4)
              .patience(sync ? Double.POSITIVE_INFINITY : 0.4)
              .dying(deaths);
      try (Run run = new Run(Tasks.quadratics(), sync, setup).begun()) {
        run.simulator.run(1e4, () -> run.server.finished());
        assertThat(run.server.finished())
            .as("seed=%d sync=%s at %s", seed, sync, run.simulator.now())
            .isTrue();
        assertThat(run.decisions(Decision.Finished.class)).hasSize(1);
        long applied =
            run.decisions(Decision.Applied.class).stream().mapToLong(d -> d.report().steps()).sum();
        assertThat(applied).as("seed=%d sync=%s", seed, sync).isEqualTo(600);
        assertThat(run.decisions(Decision.Left.class))
            .allSatisfy(d -> assertThat(d.stepsLost()).isBetween(0, 6));
        assertThat(
                run.decisions(Decision.Applied.class).stream()
                    .map(Decision.Applied::header)
                    .toList())
            .doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void everyPushShouldBeAppliedRefusedOrLostWithItsWorker() {
    Setup setup =
        Setup.plain(500)
            .busy(0.2, 2)
            .dying(List.of(new SimulationPlan.Death(2, 2, 1), new SimulationPlan.Death(3, 1, 2)));
    try (Run run = new Run(Tasks.counting(), false, setup).begun().finished()) {
      int rounds = ((Tasks.Counting) run.task).rounds();
      int applied = run.decisions(Decision.Applied.class).size();
      int refused = run.decisions(Decision.Refused.class).size();
      assertThat(refused).as("the mailbox of two is too small").isPositive();
      assertThat(applied + refused).isEqualTo(rounds);
      assertThat(run.server.state().localSteps()).isEqualTo(500);
    }
  }

  @Test
  void aServerThatTakesTimeShouldGatherABacklogAndMergeIt() {
    try (Run quick = new Run(Tasks.quadratics(), false, Setup.plain(300)).begun().finished();
        Run busy =
            new Run(Tasks.quadratics(), false, Setup.plain(300).busy(0.3, 100))
                .begun()
                .finished()) {
      assertThat(quick.decisions(Decision.Applied.class)).noneMatch(Decision.Applied::merged);
      assertThat(busy.decisions(Decision.Applied.class)).anyMatch(Decision.Applied::merged);
      assertThat(busy.server.state().localSteps()).isEqualTo(300);
    }
  }

  @Test
  void messagesShouldTakeTheLinksLatencyAndBandwidth() {
    Setup setup = Setup.plain(6);
    try (Run run = new Run(Tasks.quadratics(), false, setup)) {
      run.begun().finished();
      // Pull 0.05; model and push 0.05 + 4·0.001 each; six steps of 0.1.
      assertThat(run.log.getLast()).contains("Finished");
      assertThat(Double.parseDouble(run.log.getLast().split(" ")[0]))
          .isCloseTo(0.05 + 2 * 0.054 + 0.6, org.assertj.core.api.Assertions.within(1e-12));
    }
    assertThatThrownBy(() -> new Link(-1, 0)).hasMessageContaining("latency=-1.0");
    assertThatThrownBy(() -> new Link(0, 0, -1)).hasMessageContaining("secondsPerPushed=-1.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 4000})
  void thousandsOfIdleWorkersShouldNeedVectorsInProportion(int workers) {
    VectorPool pool = VectorPool.unbounded("many", Precision.FLOAT64, 1);
    LocalTrainer shared =
        new org.estafette.algorithm.train.ReferenceTrainer(1, (shard, step, x, g) -> 0, t -> 1);
    ServerPlan plan =
        new ServerPlan(
            1,
            1,
            new StalenessPolicy.Constant(),
            0,
            new LocalSteps.Fixed(1),
            GraceWindow.NONE,
            new ShardChoice.Own(),
            new long[] {1},
            5L * workers,
            ServerPlan.ScheduleScope.SHARD,
            0);
    ParameterServer server =
        new ParameterServer(
            plan, Precision.FLOAT64.zeros(1), new LinearOuter(RULE, 1, Precision.FLOAT64));
    try (Simulator simulator =
        new Simulator(
            SimulationPlan.of(workers, new DelayedNesterovQueue(QueueOptions.of(workers, 4))),
            server,
            (slot, life) ->
                new WorkerSetup(
                    new AsyncWorker(1, Double.POSITIVE_INFINITY, Double.NaN),
                    shared,
                    StepTime.constant(1 + slot * 1e-3),
                    Link.INSTANT),
            pool::lease,
            (at, who, decision) -> {})) {
      simulator.start();
      simulator.run(Double.POSITIVE_INFINITY, () -> false);
      assertThat(server.version()).isEqualTo(5L * workers);
      // One that each worker holds; what travels at any moment comes on top.
      assertThat(pool.made()).isBetween(workers, 2 * workers + 10);
    }
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldRefuseToBeSavedWhileUpdatesWaitAndToRestoreAnotherNumberOfWorkers() {
    Setup setup = Setup.plain(300).busy(0.5, 100);
    try (Run run = new Run(Tasks.quadratics(), false, setup).begun()) {
      run.simulator.run(100, () -> !run.simulator.atRest());
      assertThatThrownBy(run.simulator::state).isInstanceOf(IllegalStateException.class);
      while (!run.simulator.atRest()) {
        run.events(1);
      }
      SimulationState s = run.simulator.state();
      SimulationState fewer =
          new SimulationState(
              s.now(), s.sequence(), s.handled(), s.busyUntil(), s.server(), List.of(), List.of());
      try (Run other = new Run(Tasks.quadratics(), false, setup)) {
        assertThatThrownBy(() -> other.simulator.restore(fewer))
            .hasMessageContaining("saved workers=0");
      }
    }
  }

  @Test
  void aKeptPushShouldKeepTheSimulationFromBeingSaved() {
    try (Run run = new Run(Tasks.quadratics(), false, Setup.plain(300).patience(0.06)).begun()) {
      boolean[] kept = {false};
      run.simulator.run(
          5,
          () -> {
            kept[0] |= !run.simulator.atRest();
            return kept[0];
          });
      assertThat(kept[0]).isTrue();
    }
  }
}
