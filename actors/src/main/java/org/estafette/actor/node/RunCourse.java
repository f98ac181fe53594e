package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import java.nio.file.Path;
import org.estafette.algorithm.Decision;
import org.jspecify.annotations.Nullable;

/**
 * The course of a run without a server: what is decided on its way is written down, and once it
 * ends, all who keep the register know why. Used by the actor's thread.
 */
final class RunCourse {
  /** Why a run ends whose budget is used up. */
  static final String FINISHED = "finished";

  private final ActorContext<ServerMessage> context;
  private final ServerSetup setup;
  private final LiveConfig changing;
  private @Nullable String endReason;
  private @Nullable Path checkpoint;
  private boolean over;

  RunCourse(ActorContext<ServerMessage> context, ServerSetup setup, LiveConfig changing) {
    this.context = context;
    this.setup = setup;
    this.changing = changing;
  }

  double now() {
    return setup.clock().getAsDouble();
  }

  void decided(Decision decision) {
    setup.monitor().decided(now(), decision);
    setup.faults().version(setup.monitor().now().version());
    if (decision instanceof Decision.Joined || decision instanceof Decision.Left) {
      context.getLog().info("{}", decision);
    }
  }

  /** Whether the budget, which people may change, is used up. */
  boolean usedUp(long localSteps) {
    return localSteps >= setup.workshop().steps(changing.now().tokens());
  }

  /** The last checkpoint, for now. */
  void saved(Path path) {
    checkpoint = path;
  }

  /** What is under way is done, and then the run is over. */
  void end(String reason) {
    endReason = reason;
  }

  boolean ending() {
    return endReason != null;
  }

  /** Whether it ends because its budget is used up. */
  boolean finished() {
    return FINISHED.equals(endReason);
  }

  /** Why it ends; empty while it goes on. */
  String endReason() {
    return endReason == null ? "" : endReason;
  }

  /** Whether nothing is left to do. */
  boolean over() {
    return over;
  }

  /**
   * The run is over.
   *
   * @param failure why the last checkpoint could not be written; empty where it was
   */
  void conclude(String failure) {
    over = true;
    setup.live().ended(endReason());
    setup.result().complete(new ServerSetup.Ending(endReason(), checkpoint, failure));
  }
}
