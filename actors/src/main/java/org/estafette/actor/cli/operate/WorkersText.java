package org.estafette.actor.cli.operate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.estafette.actor.live.WorkerStatus;
import org.estafette.actor.record.Numbers;
import org.jspecify.annotations.Nullable;

/** A ledger per worker, for people: a table, then what went wrong. */
public final class WorkersText {
  private static final List<String> HEAD =
      List.of(
          "worker",
          "node",
          "state",
          "steps/s",
          "rounds",
          "tokens",
          "accepted",
          "merged",
          "refused",
          "stale",
          "share",
          "loss",
          "restarts");

  private WorkersText() {}

  /** The lines. */
  public static List<String> of(List<WorkerStatus> workers) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    workers.forEach(w -> rows.add(row(w)));
    List<String> lines = new ArrayList<>(aligned(rows));
    for (WorkerStatus w : workers) {
      if (w.outlier() != null) {
        lines.add("  " + w.worker() + " is an outlier: " + w.outlier());
      }
      if (!w.refused().isEmpty()) {
        lines.add("  " + w.worker() + " refused: " + reasons(w.refused()));
      }
      w.restarts().forEach(r -> lines.add("  " + w.worker() + " " + restart(r)));
    }
    return lines;
  }

  private static String state(WorkerStatus w) {
    if (!w.live()) {
      return "gone";
    }
    return w.quarantined() ? "quarantined" : w.outlier() != null ? "outlier" : "up";
  }

  private static List<String> row(WorkerStatus w) {
    return List.of(
        w.worker(),
        w.node(),
        state(w),
        decimal("%.1f", w.stepsPerSecond()),
        String.valueOf(w.rounds()),
        Numbers.count(w.tokens()),
        String.valueOf(w.accepted()),
        String.valueOf(w.merged()),
        String.valueOf(w.refused().values().stream().mapToLong(Long::longValue).sum()),
        decimal("%.1f", w.staleness().mean()),
        Numbers.percent(w.contribution()),
        Numbers.loss(w.loss()),
        String.valueOf(w.restarts().size()));
  }

  private static String restart(WorkerStatus.Restart r) {
    return String.format(
        Locale.ROOT,
        "ended at %s (life %d): %s; %d steps lost, %s",
        Numbers.duration(r.seconds()),
        r.incarnation(),
        r.cause(),
        r.stepsLost(),
        r.secondsLost() == null
            ? "not back yet"
            : "back after " + Numbers.duration(r.secondsLost()));
  }

  private static String reasons(Map<String, Long> refused) {
    return refused.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String decimal(String format, @Nullable Double value) {
    return value == null || value.isNaN() ? "–" : String.format(Locale.ROOT, format, value);
  }

  /** Words to the left, figures to the right. */
  private static List<String> aligned(List<List<String>> rows) {
    int[] widths = new int[HEAD.size()];
    rows.forEach(row -> {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    });
    return rows.stream()
        .map(row -> {
          StringBuilder line = new StringBuilder();
          for (int i = 0; i < widths.length; i++) {
            String format = i < 3 ? "%-" + widths[i] + "s" : "%" + widths[i] + "s";
            line.append(i == 0 ? "" : "  ").append(String.format(Locale.ROOT, format, row.get(i)));
          }
          return line.toString().stripTrailing();
        })
        .toList();
  }
}
