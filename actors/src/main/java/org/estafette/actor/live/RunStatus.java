package org.estafette.actor.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands.
 *
 * @param run number of the run, in hexadecimal
 * @param name name of its folder
 * @param release version of Estafette
 * @param strategy "async delayed-nesterov dylu" and the like
 * @param state what it is doing
 * @param reason why it is in that state, in words: who paused it, what it waits for
 * @param seconds since the run began; in a resumed run, since its checkpoint's
 * @param tokens trained on, all workers together
 * @param budgetTokens length of the run
 * @param etaSeconds until the budget is used up at the present throughput; null where unknown
 * @param tokensPerSecond throughput over the last few points
 * @param localSteps all workers together
 * @param trainLoss mean training loss of the latest rounds, nats; null before the first
 * @param validationLoss newest; null before the first
 * @param validationAccuracy newest, 0 … 1; null where the model does not classify
 * @param version updates of the global model
 * @param workers that take part now
 * @param workersExpected that were asked for
 * @param restarts of workers
 * @param gain G = K·w·lr/(1−β) of the outer step
 * @param pushes what became of the pushes
 * @param staleness of all pushes so far
 * @param exchanges of a run without a server; null with one
 * @param checkpoint the newest; null before the first
 * @param warnings what somebody should look at: a failed checkpoint, refused pushes, a worker that
 *     is overdue; empty where all is well
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunStatus(
    String run,
    String name,
    String release,
    String strategy,
    RunState state,
    String reason,
    double seconds,
    long tokens,
    long budgetTokens,
    @Nullable Double etaSeconds,
    double tokensPerSecond,
    long localSteps,
    @Nullable Double trainLoss,
    @Nullable Double validationLoss,
    @Nullable Double validationAccuracy,
    long version,
    int workers,
    int workersExpected,
    int restarts,
    double gain,
    Pushes pushes,
    Staleness staleness,
    @Nullable Exchanges exchanges,
    @Nullable CheckpointStatus checkpoint,
    java.util.List<String> warnings) {

  /**
   * The newest checkpoint.
   *
   * @param path its folder
   * @param version of the model in it
   * @param seconds when it was written
   */
  public record CheckpointStatus(String path, long version, double seconds) {}
}
