package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.estafette.actor.run.RunMonitor;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Update;
import org.jspecify.annotations.Nullable;

/**
 * Asks all workers for their parameters when a validation or a checkpoint is due, and at the end;
 * their mean goes to the {@link MeanKeeper}. Used by the actor's thread.
 */
final class Gatherer implements AutoCloseable {
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(20);
  private static final String GATHER = "gather";

  private final ActorContext<ServerMessage> context;
  private final ServerSetup setup;
  private final LiveConfig changing;
  private final PausableTimers<ServerMessage> own;
  private final Membership members;
  private final RunCourse course;
  private final MeanKeeper mean;
  private final RunMonitor monitor;
  private final Map<Integer, Long> rounds = new HashMap<>();
  private @Nullable Gathering gathering;
  private boolean checkpointDue;
  private boolean validationDue;
  private long nextValidation;
  private long lastRound = -1;

  Gatherer(
      ActorContext<ServerMessage> context,
      ServerSetup setup,
      LiveConfig changing,
      PausableTimers<ServerMessage> own,
      Membership members,
      RunCourse course,
      MeanKeeper mean) {
    this.context = context;
    this.setup = setup;
    this.changing = changing;
    this.own = own;
    this.members = members;
    this.course = course;
    this.mean = mean;
    this.monitor = setup.monitor();
    this.nextValidation = monitor.now().tokens() + changing.validationTokens();
  }

  // When it is time.

  /** A worker has finished that round. */
  void roundDone(int slot, long round) {
    rounds.put(slot, round);
  }

  /** Whether the last parameters are to be of that round, or of a later one. */
  boolean awaits(long round) {
    return round <= lastRound;
  }

  /** The run has got on, maybe as far as to the next validation. */
  void onward() {
    if (monitor.now().tokens() >= nextValidation) {
      validateLater();
      validationDue = true;
    }
    gatherIfDue();
  }

  /** The next validation is a whole interval from now. */
  void validateLater() {
    nextValidation = monitor.now().tokens() + changing.validationTokens();
  }

  /** It is time for a checkpoint. */
  void saveIfNew() {
    // What is saved already is not saved again.
    if (!course.ending() && !mean.saved()) {
      checkpointDue = true;
      gatherIfDue();
    }
  }

  /** Somebody asks for a checkpoint. */
  void saveSoon() {
    checkpointDue = true;
    if (own.paused()) {
      close(); // It waits for the end of a round that is paused.
    }
    gatherIfDue();
  }

  void gatherIfDue() {
    if ((validationDue || checkpointDue)
        && gathering == null
        && !mean.passing()
        && !course.ending()) {
      gather(false);
    }
  }

  /** A mean is validated and saved, and the run goes on, or has begun to end meanwhile. */
  void passed() {
    if (course.ending()) {
      gather(true);
    } else {
      gatherIfDue();
    }
  }

  /** Asks for the last parameters; after the mean that is being validated or saved. */
  void gatherLast() {
    close();
    if (!mean.passing()) {
      gather(true);
    }
  }

  // The question and the answers.

  /**
   * Asks all for their parameters. In rounds they are to be of one round: of the next that nobody
   * has finished, or at the end of the one that somebody has. Where each goes at its own pace, and
   * where the run is paused or broken off, they are those of now.
   */
  private void gather(boolean last) {
    Gathering g = new Gathering(mean.nextNumber(), last, members.all());
    gathering = g;
    boolean brokenOff = last && !course.finished();
    boolean now = brokenOff || own.paused() || setup.workshop().asynchronousPeers();
    long newest = rounds.values().stream().mapToLong(Long::longValue).max().orElse(0);
    long common = last ? newest : newest + 1;
    lastRound = last && !now ? newest : -1;
    for (WorkerTable.Entry e : members.all()) {
      long reached = rounds.getOrDefault(e.id().slot(), newest);
      long round = now ? 0 : Math.min(common, reached + 2);
      e.actor().tell(new WorkerMessage.ParametersWanted(g.id(), round));
    }
    // Who is asked for what it has now answers in a pause too.
    Duration patience = brokenOff ? LAST_ANSWERS : setup.workshop().config().workers().patience();
    own.start(GATHER, new ServerMessage.GatherTimeout(g.id()), patience.toNanos() / 1e9);
    gathered();
  }

  void onAnswer(Update update) {
    if (gathering == null
        || !(update instanceof NeighbourModel answer)
        || !gathering.take(answer)) {
      update.discard();
      return;
    }
    gathered();
  }

  void onNoParameters(ServerMessage.NoParameters m) {
    if (gathering != null && gathering.id() == m.id()) {
      gathering.gone(m.slot(), m.incarnation());
      gathered();
    }
  }

  void onTimeout(ServerMessage.GatherTimeout m) {
    own.fired(GATHER);
    Gathering g = gathering;
    if (g != null && g.id() == m.id()) {
      context.getLog().warn("no parameters came from slots {}", g.missing());
      List.copyOf(g.missing()).forEach(slot -> members.incarnation(slot, i -> g.gone(slot, i)));
      gathered();
    }
  }

  /** That life of the worker is over. */
  void gone(int slot, int incarnation) {
    rounds.remove(slot);
    if (gathering != null) {
      gathering.gone(slot, incarnation);
      gathered();
    }
  }

  /** All answers are in: their mean is validated and saved beside the training. */
  private void gathered() {
    Gathering g = gathering;
    if (g == null || !g.complete()) {
      return;
    }
    gathering = null;
    own.cancel(GATHER);
    if (g.last()) {
      lastRound = -1;
      members.all().forEach(e -> e.actor().tell(new WorkerMessage.RunOver(course.endReason())));
      if (course.finished()) {
        RunMonitor.Snapshot now = monitor.now();
        course.decided(new Decision.Finished(now.version(), now.localSteps(), now.tokens()));
      }
    }
    if (g.count() == 0) {
      if (g.last()) {
        course.conclude("");
      }
      return;
    }
    boolean validate = g.last() ? course.finished() : validationDue;
    boolean save = g.last() || checkpointDue;
    validationDue = false;
    checkpointDue = false;
    mean.take(g.result(), validate, save, g.last());
  }

  /** Nobody waits for the answers any more. */
  @Override
  public void close() {
    if (gathering != null) {
      gathering.close();
      gathering = null;
    }
  }
}
