package org.estafette.actor.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.estafette.actor.record.Staleness;
import org.jspecify.annotations.Nullable;

/**
 * A worker's ledger: what it has done, what became of it, and what went wrong.
 *
 * @param worker its slot, "worker-3"
 * @param key names it for ever: a replacement has its predecessor's
 * @param node address of its node, {@code host:port}
 * @param live whether it takes part now
 * @param incarnation its life in that slot, from 1 on
 * @param stepsPerSecond local steps per second of its newest round; null before its first
 * @param rounds that it finished
 * @param localSteps of those rounds
 * @param tokens of those rounds
 * @param accepted pushes applied on their own; without a server, rounds that were averaged
 * @param merged pushes applied together with others
 * @param refused pushes not applied, by reason
 * @param staleness of its pushes
 * @param contribution its share of all that was applied: Σ weight·steps over that of all workers, 0
 *     … 1
 * @param loss mean training loss of its newest round, nats; null before its first
 * @param lastSeconds when its newest push was decided on; null before its first
 * @param restarts its earlier lives' ends
 * @param quarantined whether its pushes are refused whatever they hold
 * @param outlier how its pushes lie apart from the others', in words; null where they do not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkerStatus(
    String worker,
    String key,
    String node,
    boolean live,
    int incarnation,
    @Nullable Double stepsPerSecond,
    long rounds,
    long localSteps,
    long tokens,
    long accepted,
    long merged,
    Map<String, Long> refused,
    Staleness staleness,
    double contribution,
    @Nullable Double loss,
    @Nullable Double lastSeconds,
    List<Restart> restarts,
    boolean quarantined,
    @Nullable String outlier) {

  /**
   * An end of a worker, and its return.
   *
   * @param seconds when it was noticed
   * @param incarnation which life ended
   * @param cause why, in words
   * @param stepsLost local steps that went with it
   * @param secondsLost until the next life's first push was applied; null before that
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Restart(
      double seconds,
      int incarnation,
      String cause,
      long stepsLost,
      @Nullable Double secondsLost) {}
}
