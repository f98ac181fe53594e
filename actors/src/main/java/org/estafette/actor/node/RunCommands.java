package org.estafette.actor.node;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.estafette.actor.live.RunControl;

/** Asks the server's or the registrar's actor. What is asked of a run that ends is answered too. */
final class RunCommands implements RunControl {
  private final Consumer<ServerMessage> tell;
  private final CompletableFuture<ServerSetup.Ending> result;

  /**
   * @param tell the actor, as soon as there is one
   * @param result of the run
   */
  RunCommands(Consumer<ServerMessage> tell, CompletableFuture<ServerSetup.Ending> result) {
    this.tell = tell;
    this.result = result;
  }

  private CompletionStage<Outcome> ask(
      Function<CompletableFuture<Outcome>, ServerMessage.Command> command) {
    CompletableFuture<Outcome> reply = new CompletableFuture<>();
    tell.accept(command.apply(reply));
    result.whenComplete((ending, failure) ->
        reply.complete(
            new Outcome.Conflict(
                ending != null
                    ? "the run has ended: " + ending.reason()
                    : "the run has failed: " + failure)));
    return reply;
  }

  @Override
  public CompletionStage<Outcome> pause(String by) {
    return ask(reply -> new ServerMessage.Pause(by, reply));
  }

  @Override
  public CompletionStage<Outcome> resume(String by) {
    return ask(reply -> new ServerMessage.Resume(by, reply));
  }

  @Override
  public CompletionStage<Outcome> checkpoint(String by) {
    return ask(reply -> new ServerMessage.CheckpointNow(by, reply));
  }

  @Override
  public CompletionStage<Outcome> stop(String by) {
    return ask(reply -> new ServerMessage.StopNow(by, reply));
  }

  @Override
  public CompletionStage<Outcome> change(Map<String, String> keys, String by) {
    Map<String, String> copy = Map.copyOf(keys);
    return ask(reply -> new ServerMessage.Change(copy, by, reply));
  }
}
