package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.live.LiveRun;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The registrar's actor alone, with two workers that a test plays. */
@Timeout(60)
final class RegistrarActorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int VERSION = 7;

  @TempDir Path dir;
  private final long run = System.nanoTime();
  private final CompletableFuture<ServerSetup.Ending> result = new CompletableFuture<>();
  private Workshop workshop;
  private RunCheckpoints checkpoints;
  private TensorPort port;
  private ActorSystem<Void> system;

  @BeforeEach
  void start() throws Exception {
    workshop = TinyRuns.workshop(TinyRuns.text(dir), "strategy", "relay", "workers.count", "2");
    checkpoints = new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop);
    port =
        new TensorPort(
            ChannelSettings.own(workshop.config(), run, "run-" + Long.toHexString(run)),
            workshop.packing(),
            8,
            lost -> {});
    system =
        NodeSystem.start(
            Behaviors.empty(), workshop.config(), "127.0.0.1", 0, List.of("server", "worker"));
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(new Join(cluster.selfMember().address()));
  }

  @AfterEach
  void end() {
    NodeSystem.end(system);
    assertThat(port.onLoan()).as("vectors on loan").isZero();
    port.close();
    workshop.close();
  }

  private ActorRef<ServerMessage> registrar(@Nullable ServerState resume) {
    RunMonitor monitor = new RunMonitor(workshop.config().tokens(), metric -> {});
    RunClock clock = new RunClock(0);
    RunHome home = RunHome.none("tiny");
    LiveRun live = LiveRuns.begin(run, workshop, monitor, home, 2, clock, result);
    ServerSetup setup =
        new ServerSetup(
            run,
            workshop,
            port,
            monitor,
            checkpoints,
            resume,
            live,
            clock,
            FaultHooks.NONE,
            home,
            1,
            result);
    return system.systemActorOf(RegistrarActor.create(setup), "registrar", Props.empty());
  }

  /** What a run of two workers has saved. */
  private ServerState saved() {
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    vectors.put(ServerState.PARAMETERS, workshop.initialParameters());
    long[] progress = new long[workshop.dataset().shards()];
    return new ServerState(
        ServerState.SCHEMA,
        3,
        VERSION,
        0,
        5 * VERSION,
        160 * VERSION,
        0,
        false,
        progress,
        List.of(),
        List.of(),
        Double.NaN,
        vectors);
  }

  private final class PlayedWorker {
    private final TestProbe<WorkerMessage> probe = TestProbe.create(system);
    private final ActorRef<ServerMessage> registrar;
    private final WorkerMessage.Admitted admitted;

    PlayedWorker(ActorRef<ServerMessage> registrar, String key) {
      this.registrar = registrar;
      registrar.tell(new ServerMessage.Hello(key, probe.getRef(), port.endpoint()));
      admitted = awaited(WorkerMessage.Admitted.class);
    }

    <M extends WorkerMessage> M awaited(Class<M> what) {
      return probe
          .fishForMessage(
              PATIENCE,
              m ->
                  what.isInstance(m)
                      ? akka.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                      : akka.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore())
          .stream()
          .map(what::cast)
          .findFirst()
          .orElseThrow();
    }

    void answersWithNothing() {
      WorkerMessage.ParametersWanted wanted = awaited(WorkerMessage.ParametersWanted.class);
      registrar.tell(
          new ServerMessage.NoParameters(admitted.slot(), admitted.incarnation(), wanted.id()));
    }

    void answers() {
      WorkerMessage.ParametersWanted wanted = awaited(WorkerMessage.ParametersWanted.class);
      Lease parameters = port.lease();
      parameters.vector().fill(0.5);
      Header h =
          new Header(
              run, PeerId.worker(admitted.slot()), admitted.incarnation(), 1, 0, wanted.id(), 0);
      registrar.tell(new ServerMessage.Deliver(new NeighbourModel(h, Passage.MODEL, parameters)));
    }
  }

  @Test
  void shouldEndWhereNobodyHasParametersAtTheEnd() throws Exception {
    ActorRef<ServerMessage> registrar = registrar(null);
    PlayedWorker one = new PlayedWorker(registrar, "one");
    PlayedWorker two = new PlayedWorker(registrar, "two");
    registrar.tell(new ServerMessage.StopRun("enough"));
    one.answersWithNothing();
    two.answersWithNothing();
    assertThat(result.get(20, TimeUnit.SECONDS))
        .isEqualTo(new ServerSetup.Ending("enough", null, ""));
    TestProbe.create(system).expectTerminated(registrar, PATIENCE);
  }

  @Test
  void shouldNameTheCheckpointThatIsBeingWrittenWhereItIsStoppedBeforeItBegins() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    checkpoints.diskFull(() -> {
      try {
        return !stopped.await(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        return true;
      }
    });
    ActorRef<ServerMessage> registrar = registrar(saved());
    PlayedWorker one = new PlayedWorker(registrar, "one");
    CompletableFuture<RunControl.Outcome> asked = new CompletableFuture<>();
    registrar.tell(new ServerMessage.CheckpointNow("a test", asked));
    one.answers();
    registrar.tell(new ServerMessage.StopRun("enough"));
    assertThat(one.awaited(WorkerMessage.RunOver.class).reason()).isEqualTo("enough");
    stopped.countDown();
    ServerSetup.Ending ending = result.get(20, TimeUnit.SECONDS);
    assertThat(ending.reason()).isEqualTo("enough");
    assertThat(ending.failure()).isEmpty();
    assertThat(ending.checkpoint()).isNotNull();
    assertThat(CheckpointStore.open(ending.checkpoint()).version()).isEqualTo(VERSION);
    assertThat(asked.get(20, TimeUnit.SECONDS))
        .isEqualTo(new RunControl.Outcome.Done(ending.checkpoint().toString()));
    TestProbe.create(system).expectTerminated(registrar, PATIENCE);
  }
}
