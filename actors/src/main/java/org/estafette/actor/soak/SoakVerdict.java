package org.estafette.actor.soak;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a run that was broken on purpose.
 *
 * @param seed of what was done to it
 * @param minutes for which it was disturbed
 * @param faults that were done, of all kinds
 * @param byKind the same, by kind
 * @param metNobody faults whose target was not there at the moment
 * @param workerDeaths how often each worker's process was killed
 * @param serverDeaths how often the server's process was killed
 * @param recoverySeconds from each of these until a successor took updates
 * @param tokens of the run; null where it has no summary
 * @param validationLoss at the end; null where it has none
 * @param undisturbedLoss of the same run without faults; null where it was not made
 * @param failures what was not as it should be; empty where all is well
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record SoakVerdict(
    long seed,
    double minutes,
    int faults,
    Map<String, Integer> byKind,
    int metNobody,
    Map<Integer, Integer> workerDeaths,
    int serverDeaths,
    List<Double> recoverySeconds,
    @Nullable Long tokens,
    @Nullable Double validationLoss,
    @Nullable Double undisturbedLoss,
    List<String> failures) {

  static SoakVerdict of(
      ProcessSoak.Plan plan,
      Breaker breaker,
      @Nullable JsonNode summary,
      @Nullable Double control,
      List<String> failures) {
    JsonNode loss = summary == null ? null : summary.path("validation_loss");
    return new SoakVerdict(
        plan.seed(),
        plan.minutes(),
        breaker.total(),
        breaker.done(),
        breaker.missed(),
        breaker.workerDeaths(),
        breaker.serverDeaths(),
        List.copyOf(breaker.recoveries()),
        summary == null ? null : (Long) summary.path("tokens").asLong(),
        loss == null || !loss.isNumber() ? null : (Double) loss.asDouble(),
        control,
        List.copyOf(failures));
  }

  /** Whether all was as it should be. */
  public boolean good() {
    return failures.isEmpty();
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  faults     %d in %.1f min, %d more met nobody; %s"
            .formatted(faults, minutes, metNobody, byKind));
    lines.add("  killed     workers %s, the server %d times".formatted(workerDeaths, serverDeaths));
    if (!recoverySeconds.isEmpty()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  recovery   of the server: %.1f s at most, %.1f s on average",
              recoverySeconds.stream().mapToDouble(Double::doubleValue).max().orElse(0),
              recoverySeconds.stream().mapToDouble(Double::doubleValue).average().orElse(0)));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "  validation %s, undisturbed %s",
            validationLoss == null ? "none" : String.format(Locale.ROOT, "%.4f", validationLoss),
            undisturbedLoss == null
                ? "none"
                : String.format(Locale.ROOT, "%.4f", undisturbedLoss)));
    if (failures.isEmpty()) {
      lines.add("  verdict    all well");
    }
    failures.forEach(f -> lines.add("  FAILED     " + f));
    return lines;
  }
}
