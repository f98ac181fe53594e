package org.estafette.actor.node;

import java.nio.file.Path;
import java.util.TreeSet;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.View;
import org.estafette.algorithm.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run with a server: no more updates are taken; then come the last validation, where
 * the budget is used up, the last checkpoint, and the result. Used by the actor's thread.
 */
final class LastLeg {
  private final ServerSetup setup;
  private final Server server;
  private final Effects effects;
  private final Crew crew;
  private final Halting halting;
  private final Validations validations;
  private final StateKeeper states;
  private @Nullable String reason;

  LastLeg(
      ServerSetup setup,
      Server server,
      Effects effects,
      Crew crew,
      Halting halting,
      Validations validations,
      StateKeeper states) {
    this.setup = setup;
    this.server = server;
    this.effects = effects;
    this.crew = crew;
    this.halting = halting;
    this.validations = validations;
    this.states = states;
  }

  boolean begun() {
    return reason != null;
  }

  /** Why the run ends; empty while it goes on. */
  String reason() {
    return reason == null ? "" : reason;
  }

  private boolean finished() {
    return RunCourse.FINISHED.equals(reason);
  }

  void begin(String why) {
    if (begun()) {
      return;
    }
    reason = why;
    halting.over();
    setup.faults().ending();
    setup.log().stopping(why);
    crew.dismiss(why);
    if (!finished()) {
      closeRound();
      saveLast();
    } else if (!validations.underWay()) {
      validations.start(true);
    }
  }

  /** Pushes of a round that nobody will end are applied now: a checkpoint counts them as done. */
  private void closeRound() {
    if (!server.atRest()) {
      setup.port().history().turn();
      View nobody = new View(PeerId.SERVER, 1, setup.epoch(), new TreeSet<>());
      server.on(new Event.PeersChanged(nobody, setup.clock().getAsDouble()), effects);
    }
  }

  /**
   * A validation is done, or failed.
   *
   * @param last whether it was the run's last, or one that was under way when the end came
   */
  void validated(boolean last) {
    if (last) {
      saveLast();
    } else if (finished()) {
      validations.start(true);
    }
  }

  private void saveLast() {
    if (!states.saving()) {
      states.save(true);
    }
  }

  /** A checkpoint is written, or could not be; true where the run is over with it. */
  boolean saved(ServerMessage.CheckpointDone m) {
    if (m.last()) {
      conclude(m.path(), m.failure());
      return true;
    }
    if (!(validations.underWay() && finished())) {
      states.save(true); // Otherwise the last validation, which is under way, comes first.
    }
    return false;
  }

  private void conclude(String path, String failure) {
    setup.live().ended(reason());
    setup
        .result()
        .complete(new ServerSetup.Ending(reason(), path.isEmpty() ? null : Path.of(path), failure));
  }
}
