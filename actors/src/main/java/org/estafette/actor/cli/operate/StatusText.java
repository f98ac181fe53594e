package org.estafette.actor.cli.operate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Numbers;
import org.estafette.actor.record.Pushes;

/** Where a run stands, for people. */
public final class StatusText {
  private StatusText() {}

  /** The lines. */
  public static List<String> of(RunStatus s) {
    List<String> lines = new ArrayList<>();
    String state = s.state().json();
    lines.add(s.name() + ": " + (s.reason().startsWith(state) ? "" : state + ", ") + s.reason());
    fact(lines, "strategy", s.strategy());
    fact(lines, "tokens", tokens(s));
    fact(
        lines,
        "loss",
        Numbers.loss(s.trainLoss())
            + " training, "
            + Numbers.loss(s.validationLoss())
            + " validation"
            + (s.validationAccuracy() == null
                ? ""
                : ", accuracy " + Numbers.percent(s.validationAccuracy())));
    fact(lines, "workers", workers(s));
    fact(lines, "pushes", pushes(s.pushes()) + "; version " + s.version());
    fact(
        lines,
        "staleness",
        String.format(Locale.ROOT, "mean %.1f, max %d", s.staleness().mean(), s.staleness().max()));
    Exchanges e = s.exchanges();
    if (e != null) {
      fact(
          lines,
          "exchanges",
          String.format(
              Locale.ROOT,
              "%d fresh, %d held, %d superseded; graph epoch %d, %d repairs; consensus %s",
              e.fresh(),
              e.held(),
              e.superseded(),
              e.epoch(),
              e.repairs(),
              Numbers.loss(e.consensus())));
    }
    RunStatus.CheckpointStatus c = s.checkpoint();
    fact(
        lines,
        "checkpoint",
        c == null
            ? "none yet"
            : "version "
                + c.version()
                + ", "
                + Numbers.duration(Math.max(0, s.seconds() - c.seconds()))
                + " ago, "
                + c.path());
    s.warnings().forEach(w -> fact(lines, "warning", w));
    return lines;
  }

  private static String tokens(RunStatus s) {
    String left = s.etaSeconds() == null ? "" : ", " + Numbers.duration(s.etaSeconds()) + " left";
    return Numbers.count(s.tokens())
        + " of "
        + Numbers.count(s.budgetTokens())
        + " ("
        + Numbers.percent(s.tokens() / (double) s.budgetTokens())
        + "), "
        + Numbers.count(s.tokensPerSecond())
        + "/s"
        + left;
  }

  private static String workers(RunStatus s) {
    return s.workers()
        + " of "
        + s.workersExpected()
        + (s.restarts() == 0
            ? ""
            : ", " + s.restarts() + (s.restarts() == 1 ? " restart" : " restarts"));
  }

  private static String pushes(Pushes p) {
    String reasons =
        p.refused().entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
    return p.accepted()
        + " accepted, "
        + p.merged()
        + " merged, "
        + p.refusals()
        + " refused"
        + (reasons.isEmpty() ? "" : " (" + reasons + ")");
  }

  private static void fact(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, "  %-10s %s", name, value));
  }
}
