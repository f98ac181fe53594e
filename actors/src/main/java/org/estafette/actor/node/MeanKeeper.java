package org.estafette.actor.node;

import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.run.RunMonitor;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last mean of the workers' parameters: has it validated and saved beside the training,
 * and sends it to workers that are to begin with it. Used by the actor's thread.
 */
final class MeanKeeper implements AutoCloseable {
  private final ActorContext<ServerMessage> context;
  private final ServerSetup setup;
  private final LiveConfig changing;
  private final Membership members;
  private final RunCourse course;
  private final RunMonitor monitor;
  private final RunLog log;
  private final MeanPass pass;
  private final Requests requests = new Requests();
  private @Nullable Lease mean;
  private boolean passing;
  private long numbers;
  private long savedVersion;

  MeanKeeper(
      ActorContext<ServerMessage> context,
      ServerSetup setup,
      LiveConfig changing,
      Membership members,
      RunCourse course) {
    this.context = context;
    this.setup = setup;
    this.changing = changing;
    this.members = members;
    this.course = course;
    this.monitor = setup.monitor();
    this.log = setup.log();
    this.pass =
        new MeanPass(
            setup,
            context
                .getSystem()
                .dispatchers()
                .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher")));
    ServerState resume = setup.resume();
    if (resume != null) {
      Lease parameters = setup.port().lease();
      parameters
          .vector()
          .copyFrom(Objects.requireNonNull(resume.vectors().get(ServerState.PARAMETERS)));
      mean = parameters;
      savedVersion = resume.version();
    }
  }

  /** Whether there is a mean yet. */
  boolean hasMean() {
    return mean != null;
  }

  /** A number for what is sent or asked for; each is given once. */
  long nextNumber() {
    return ++numbers;
  }

  /** Sends a worker the mean, where there is one, as its first parameters. */
  void send(WorkerTable.Entry worker) {
    Lease parameters = mean;
    if (parameters == null) {
      return;
    }
    Header h = new Header(setup.run(), PeerId.SERVER, 1, nextNumber(), members.epoch(), 0, 0);
    setup
        .port()
        .send(
            worker.endpoint(),
            worker.id(),
            new GlobalModel(h, parameters.retain(), 0, new Outcome.Welcome(), null),
            why -> warn("first parameters for " + worker.id() + " not sent: " + why));
  }

  /** Of whichever thread. */
  private void warn(String what) {
    context.getSystem().log().warn(what);
  }

  /** Somebody waits for the next checkpoint, and is answered then. */
  void promise(CompletableFuture<RunControl.Outcome> reply) {
    requests.add(reply);
  }

  /** Whether what is learnt by now is saved. */
  boolean saved() {
    return monitor.now().version() == savedVersion;
  }

  /** Whether a mean is being validated or saved: no other can be meanwhile. */
  boolean passing() {
    return passing;
  }

  /**
   * Takes a new mean, to be validated and saved beside the training.
   *
   * @param result the mean; its lease passes
   * @param last whether the run ends with it
   */
  void take(ParameterMean.Result result, boolean validate, boolean save, boolean last) {
    monitor.consensus(course.now(), result.consensus());
    if (mean != null) {
      mean.close();
    }
    Lease parameters = result.mean();
    mean = parameters;
    passing = true;
    if (save) {
      requests.begun();
    }
    ServerState state = save ? state(parameters.vector()) : null;
    long version = monitor.now().version();
    int batches = validate ? changing.now().evaluation().batches() : 0;
    context.pipeToSelf(
        pass.start(parameters.retain(), batches, state, monitor.tally()),
        (done, failure) ->
            failure == null
                ? new ServerMessage.PassDone(
                    done.score(), version, done.path(), done.failure(), save, last)
                : new ServerMessage.PassDone(null, version, "", failure.toString(), save, last));
  }

  private ServerState state(FlatVector parameters) {
    RunMonitor.Snapshot now = monitor.now();
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    vectors.put(ServerState.PARAMETERS, parameters);
    long[] progress = new long[setup.workshop().dataset().shards()];
    Arrays.fill(progress, now.localSteps() / setup.workshop().config().workers().count());
    return new ServerState(
        ServerState.SCHEMA,
        members.epoch(),
        now.version(),
        0,
        now.localSteps(),
        now.tokens(),
        0,
        course.usedUp(now.localSteps()),
        progress,
        members.records(),
        List.of(),
        Double.NaN,
        vectors);
  }

  /** The mean was validated and saved, as far as it could be. */
  void done(ServerMessage.PassDone m) {
    passing = false;
    if (m.score() != null) {
      monitor.validated(course.now(), m.score());
    }
    if (!m.path().isEmpty()) {
      course.saved(Path.of(m.path()));
      log.saved(m.path(), m.version());
      savedVersion = m.version();
    } else if (m.saving()) {
      log.notSaved(m.failure());
    }
    if (m.saving()) {
      requests.done(m.path(), m.path().isEmpty() ? m.failure() : "");
    }
    if (!m.failure().isEmpty()) {
      context.getLog().error("not validated or not saved, training goes on: {}", m.failure());
    }
  }

  @Override
  public void close() {
    if (mean != null) {
      mean.close();
    }
    pass.close();
  }
}
