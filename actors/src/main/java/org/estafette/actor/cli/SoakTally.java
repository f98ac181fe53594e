package org.estafette.actor.cli;

import java.io.PrintStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.algorithm.Refusal;
import org.estafette.history.Violation;

/** What runs of one kind came to. */
final class SoakTally {
  private static final int SHOWN = 20;

  private final String kind;
  private final String work;
  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private final Set<Long> bad = new TreeSet<>();
  private long faults;
  private long returns;
  private long done;

  /**
   * @param kind as on the command line
   * @param work what is counted as work done
   */
  SoakTally(String kind, String work) {
    this.kind = kind;
    this.work = work;
  }

  /** Shows a run that is bad, and keeps its seed. */
  void take(long seed, String what, boolean finished, List<Violation> violations, PrintStream out) {
    if (finished && violations.isEmpty()) {
      return;
    }
    bad.add(seed);
    if (bad.size() > SHOWN) {
      return;
    }
    out.println(
        "  seed "
            + seed
            + (what.isEmpty() ? "" : " (" + what + ")")
            + (finished ? ":" : ": has not used up its budget"));
    violations.forEach(v -> out.println("    " + v.promise() + " " + v.detail()));
    out.println("    again: estafette soak --kind " + kind + " --runs 1 --seed " + seed);
  }

  void count(int faultsHere, int returnsHere, int doneHere, Map<Refusal, Integer> refusedHere) {
    faults += faultsHere;
    returns += returnsHere;
    done += doneHere;
    refusedHere.forEach((reason, n) -> refused.merge(reason, (long) n, Long::sum));
  }

  long faults() {
    return faults;
  }

  int bad() {
    return bad.size();
  }

  void print(String returning, PrintStream out) {
    out.printf("  faults     %,d; %s %,d times%n", faults, returning, returns);
    out.printf("  work       %,d %s%n", done, work);
    refused.forEach((reason, n) -> out.printf("             %,d refused: %s%n", n, reason.key()));
    out.printf("  violations %s%n", bad.isEmpty() ? "none" : "in the runs of seeds " + bad);
  }

  Map<String, Object> json(String returning, String worked, String refusing) {
    Map<String, Long> reasons = new LinkedHashMap<>();
    refused.forEach((reason, n) -> reasons.put(reason.key(), n));
    Map<String, Object> v = new LinkedHashMap<>();
    v.put("faults", faults);
    v.put(returning, returns);
    v.put(worked, done);
    v.put(refusing, reasons);
    v.put("bad_seeds", bad);
    return v;
  }
}
