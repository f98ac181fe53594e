package org.estafette.actor.node;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.estafette.actor.live.RunControl;
import org.jspecify.annotations.Nullable;

/** Asks the server's or the registrar's actor. What is asked of a run that ends is answered too. */
final class RunCommands implements RunControl {
  private final Consumer<ServerMessage> tell;
  private final CompletableFuture<ServerSetup.Ending> result;
  private final @Nullable RunFaults faults;
  private final RunClock clock;
  private final Set<CompletableFuture<Outcome>> open = ConcurrentHashMap.newKeySet();

  /**
   * @param tell the actor, as soon as there is one
   * @param result of the run
   * @param faults brings them about; null where none may be
   * @param clock the run's
   */
  RunCommands(
      Consumer<ServerMessage> tell,
      CompletableFuture<ServerSetup.Ending> result,
      @Nullable RunFaults faults,
      RunClock clock) {
    this.tell = tell;
    this.result = result;
    this.faults = faults;
    this.clock = clock;
    result.whenComplete((ending, failure) -> open.forEach(this::tooLate));
  }

  private CompletionStage<Outcome> ask(
      Function<CompletableFuture<Outcome>, ServerMessage.Command> command) {
    CompletableFuture<Outcome> reply = new CompletableFuture<>();
    open.add(reply);
    reply.whenComplete((outcome, failure) -> open.remove(reply));
    tell.accept(command.apply(reply));
    if (result.isDone()) {
      tooLate(reply); // It may have ended before this was added.
    }
    return reply;
  }

  private void tooLate(CompletableFuture<Outcome> reply) {
    result.whenComplete((ending, failure) ->
        reply.complete(
            new Outcome.Conflict(
                ending != null
                    ? "the run has ended: " + ending.reason()
                    : "the run has failed: " + failure)));
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
  public CompletionStage<Outcome> release(String worker, String by) {
    return ask(reply -> new ServerMessage.ReleaseWorker(worker, by, reply));
  }

  @Override
  public CompletionStage<Outcome> change(Map<String, String> keys, String by) {
    Map<String, String> copy = Map.copyOf(keys);
    return ask(reply -> new ServerMessage.Change(copy, by, reply));
  }

  @Override
  public CompletionStage<Outcome> fault(String fault, String by) {
    RunFaults f = faults;
    if (f == null) {
      return CompletableFuture.completedFuture(
          new Outcome.Conflict(
              "estafette.faults.enabled = false (expected true for this); start the run with --set"
                  + " faults.enabled=true"));
    }
    if (result.isDone()) {
      CompletableFuture<Outcome> reply = new CompletableFuture<>();
      tooLate(reply);
      return reply;
    }
    return f.inject(fault, clock.getAsDouble());
  }
}
