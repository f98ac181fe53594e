package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.mailbox.Mailboxes;
import org.estafette.actor.mailbox.UpdateMessageQueue;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a server's participant: it is told what has happened, and what its new state asks
 * for is done. Once the run ends, it is told nothing more. Used by the actor's thread.
 */
final class ServerTurns {
  private final ServerSetup setup;
  private final PausableTimers<ServerMessage> own;
  private final Halting halting;
  private final Server server;
  private final Effects effects;
  private final Crew crew;
  private final Validations validations;
  private final StateKeeper states;
  private final LastLeg lastLeg;
  private final @Nullable UpdateMessageQueue mailbox;

  ServerTurns(
      ActorContext<ServerMessage> context,
      ServerSetup setup,
      PausableTimers<ServerMessage> own,
      Halting halting,
      Server server,
      Effects effects,
      Crew crew,
      Validations validations,
      StateKeeper states,
      LastLeg lastLeg) {
    this.setup = setup;
    this.own = own;
    this.halting = halting;
    this.server = server;
    this.effects = effects;
    this.crew = crew;
    this.validations = validations;
    this.states = states;
    this.lastLeg = lastLeg;
    this.mailbox =
        Mailboxes.get(Adapter.toClassic(context.getSystem()))
            .find(Adapter.toClassic(context.getSelf()));
  }

  /** The server begins. */
  void start() {
    turn(new Event.Started(crew.view(), now()));
  }

  void onUpdate(Update update) {
    if (lastLeg.begun()) {
      update.discard();
      return;
    }
    halting.tell(crew.find(update.header().sender()));
    turn(new Event.Received(update, now()));
  }

  void onPull(ServerMessage.PullRequest p) {
    if (lastLeg.begun()) {
      return;
    }
    Header h =
        new Header(
            p.run(),
            PeerId.worker(p.slot()),
            p.incarnation(),
            p.sequence(),
            p.epoch(),
            p.version(),
            p.diverged());
    Pull pull = new Pull(h, p.secondsPerStep(), p.diverged() != 0);
    turn(new Event.Received(pull, now()));
  }

  void onMailboxRefused(ServerMessage.MailboxRefused m) {
    if (!lastLeg.begun()) {
      turn(new Event.Rejected(m.header(), m.reason(), now()));
    }
  }

  void onTimer(ServerMessage.TimerDue m) {
    own.fired(m.timer());
    if (!lastLeg.begun()) {
      turn(new Event.TimerFired(m.timer(), now()));
    }
  }

  /** Who is there has changed, or how much is to be done. */
  void peersChanged() {
    if (!lastLeg.begun()) {
      turn(new Event.PeersChanged(crew.view(), now()));
    }
  }

  private void turn(Event event) {
    if (event instanceof Event.Received) {
      HaltPoints.reached(HaltPoints.RECEIVED);
    }
    setup.port().history().turn();
    server.on(event, effects);
    setup.faults().version(server.version());
    if (mailbox != null) {
      mailbox.advancedTo(server.counter());
    }
    if (server.finished()) {
      lastLeg.begin(RunCourse.FINISHED);
    } else {
      states.saveIfDue();
      validations.startIfDue();
    }
  }

  private double now() {
    return setup.clock().getAsDouble();
  }
}
