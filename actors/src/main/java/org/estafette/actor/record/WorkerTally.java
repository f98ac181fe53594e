package org.estafette.actor.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What each worker contributed: the ledger of a run. */
final class WorkerTally {
  private long accepted;
  private long merged;
  private long refused;
  private long steps;
  private long tokens;
  private double trainingSeconds;
  private long stalenessSum;
  private long stalenessMax;

  private WorkerTally() {}

  static Map<String, WorkerTally> of(RunRecord run) {
    Map<String, WorkerTally> tallies = new TreeMap<>(NaturalOrder.INSTANCE);
    run.events().forEach(e -> tallies.computeIfAbsent(e.worker(), w -> new WorkerTally()));
    run.pushes().forEach(p -> tallies.computeIfAbsent(p.worker(), w -> new WorkerTally()).add(p));
    return tallies;
  }

  static List<String> heads() {
    return List.of(
        "worker",
        "#accepted",
        "#merged",
        "#refused",
        "#local steps",
        "#tokens",
        "#share",
        "#steps a round",
        "#round",
        "#staleness",
        "#tokens/s");
  }

  static List<List<String>> rows(Map<String, WorkerTally> tallies) {
    long all = tallies.values().stream().mapToLong(t -> t.tokens).sum();
    List<List<String>> rows = new ArrayList<>();
    tallies.forEach((worker, tally) -> rows.add(tally.row(worker, all)));
    return rows;
  }

  private void add(Metric.PushRecord push) {
    switch (push.outcome()) {
      case ACCEPTED -> accepted++;
      case MERGED -> merged++;
      case REFUSED -> refused++;
    }
    if (push.outcome() != Metric.Outcome.REFUSED) {
      stalenessSum += push.staleness();
      stalenessMax = Math.max(stalenessMax, push.staleness());
    }
    steps += push.steps();
    tokens += push.tokens();
    trainingSeconds += push.roundSeconds();
  }

  private List<String> row(String worker, long allTokens) {
    long rounds = accepted + merged + refused;
    long applied = accepted + merged;
    return List.of(
        Html.escape(worker),
        Numbers.count(accepted),
        Numbers.count(merged),
        Numbers.count(refused),
        Numbers.count(steps),
        Numbers.count(tokens),
        ratio(100.0 * tokens, allTokens, "%.1f %%"),
        ratio((double) steps, rounds, "%.1f"),
        rounds == 0 ? "–" : Numbers.duration(trainingSeconds / rounds),
        ratio((double) stalenessSum, applied, "%.2f") + (applied == 0 ? "" : " / " + stalenessMax),
        trainingSeconds > 0 ? Numbers.count(tokens / trainingSeconds) : "–");
  }

  private static String ratio(double a, long b, String format) {
    return b == 0 ? "–" : String.format(Locale.ROOT, format, a / b);
  }
}
