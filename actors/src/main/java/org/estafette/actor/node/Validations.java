package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import java.util.concurrent.Executor;
import org.estafette.algorithm.server.Server;
import org.estafette.memory.Lease;

/**
 * When a server's model is validated, which happens beside the training, one validation at a time.
 * Used by the actor's thread.
 */
final class Validations implements AutoCloseable {
  private final ActorContext<ServerMessage> context;
  private final ServerSetup setup;
  private final LiveConfig config;
  private final Server server;
  private final Evaluator evaluator;
  private boolean underWay;
  private long next;

  Validations(
      ActorContext<ServerMessage> context,
      ServerSetup setup,
      LiveConfig config,
      Server server,
      Executor io) {
    this.context = context;
    this.setup = setup;
    this.config = config;
    this.server = server;
    this.evaluator = new Evaluator(setup.workshop(), io);
    later();
  }

  /** The next one is a whole interval from now. */
  void later() {
    next = setup.monitor().now().tokens() + config.validationTokens();
  }

  /** The run has got on, maybe as far as to the next one. */
  void startIfDue() {
    if (!underWay && setup.monitor().now().tokens() >= next) {
      later();
      start(false);
    }
  }

  /**
   * Validates a copy of the model as it is now.
   *
   * @param last whether the run ends with it
   */
  void start(boolean last) {
    underWay = true;
    Lease copy = setup.port().lease();
    copy.vector().copyFrom(server.parameters());
    long version = server.version();
    context.pipeToSelf(
        evaluator.validate(copy, config.now().evaluation().batches()),
        (score, failure) ->
            failure == null
                ? new ServerMessage.Validated(version, score, last)
                : new ServerMessage.ValidationFailed(failure.toString(), last));
  }

  boolean underWay() {
    return underWay;
  }

  void done(ServerMessage.Validated m) {
    underWay = false;
    setup.monitor().validated(setup.clock().getAsDouble(), m.score());
    context.getLog().debug("validation {} at version {}", m.score(), m.version());
  }

  void failed(ServerMessage.ValidationFailed m) {
    underWay = false;
    context.getLog().error("validation failed, training goes on: {}", m.reason());
  }

  @Override
  public void close() {
    evaluator.close();
  }
}
