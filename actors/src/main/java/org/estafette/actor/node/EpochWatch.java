package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.estafette.actor.checkpoint.Epochs;

/**
 * Looks again and again whether another server has claimed a later epoch. The cluster tells a node
 * that was cut off in the end; this tells one that was frozen as soon as it moves again, before it
 * believes that it is still the one.
 */
final class EpochWatch {
  private static final Duration EVERY = Duration.ofMillis(500);

  private EpochWatch() {}

  /**
   * @param superseded told once why this node's server must end, by any thread
   */
  static void begin(
      ActorSystem<?> system, Epochs.Claim claim, Consumer<Epochs.SupersededException> superseded) {
    Executor io =
        system.dispatchers().lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
    boolean[] told = {false};
    system
        .scheduler()
        .scheduleWithFixedDelay(
            EVERY,
            EVERY,
            () -> {
              if (told[0]) {
                return;
              }
              try {
                claim.check();
              } catch (Epochs.SupersededException e) {
                told[0] = true;
                superseded.accept(e);
              } catch (IOException e) {
                // Whoever cannot read the folder cannot write checkpoints either, and that is said.
                system.log().debug("claims of epochs cannot be read: {}", e.toString());
              }
            },
            io instanceof scala.concurrent.ExecutionContext ec
                ? ec
                : scala.concurrent.ExecutionContext.fromExecutor(io));
  }
}
