package org.estafette.actor.record;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page's table of faults that were brought about on purpose. */
final class ReportFaults {
  private static final int MOST = 500;

  private final List<List<Metric.FaultRecord>> faults;

  ReportFaults(RunRecord run) {
    Map<Long, List<Metric.FaultRecord>> byId = new LinkedHashMap<>();
    run.faults().forEach(f -> byId.computeIfAbsent(f.id(), id -> new ArrayList<>()).add(f));
    this.faults = List.copyOf(byId.values());
  }

  /** Nothing where there was no fault. */
  void write(Html page) {
    if (faults.isEmpty()) {
      return;
    }
    page.raw("<section class='card wide'><h2>Faults</h2><p>Brought about on purpose.");
    int left = Math.max(0, faults.size() - MOST);
    if (left > 0) {
      page.text(" The last " + MOST + "; " + left + " earlier ones are left out.");
    }
    page.raw("</p>");
    page.table(
            List.of("#began", "kind", "what", "#over after", "outcome"),
            faults.subList(left, faults.size()).stream().map(ReportFaults::row).toList())
        .raw("</section>");
  }

  private static List<String> row(List<Metric.FaultRecord> told) {
    Metric.FaultRecord first = told.getFirst();
    Metric.FaultRecord last = told.getLast();
    boolean over = told.stream().anyMatch(f -> f.phase().equals("ended"));
    boolean refused = first.phase().equals("not-carried-out");
    return List.of(
        Numbers.duration(first.seconds()),
        Html.escape(first.kind()),
        Html.escape(first.reason()),
        over ? Numbers.duration(last.seconds() - first.seconds()) : "–",
        told.size() > 1
            ? Html.escape(last.reason())
            : refused ? "not carried out" : "not over when the run ended");
  }
}
