package org.estafette.actor.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The page of a run, or of several side by side: one HTML file that needs nothing else, no network
 * either. A single run is shown in full; of several the curves are laid over each other, and their
 * results and the configuration keys in which they differ are listed.
 */
public final class Report {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z.]+)}}");

  private static final int MOST_EVENTS = 200;

  private final List<RunRecord> runs;

  private Report(List<RunRecord> runs) {
    this.runs = runs;
  }

  /**
   * Writes the page of a run into its folder.
   *
   * @throws IOException where the folder cannot be read or the page not be written
   */
  public static void write(RunFolder folder) throws IOException {
    write(folder.report(), List.of(RunRecord.load(folder)));
  }

  /**
   * Writes the page of one or several runs.
   *
   * @throws IOException where it cannot be written
   */
  public static void write(Path file, List<RunRecord> runs) throws IOException {
    RunFolder.replace(file, html(runs));
  }

  /**
   * The page of one or several runs.
   *
   * @throws IllegalArgumentException where there is no run
   */
  public static String html(List<RunRecord> runs) {
    if (runs.isEmpty()) {
      throw new IllegalArgumentException("runs=0 (expected at least one)");
    }
    Report report = new Report(distinctNames(runs));
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", Html.escape(report.title()) + " · Estafette");
    parts.put("css", resource("report.css"));
    parts.put("js", resource("report.js"));
    parts.put("uplot.css", resource("uplot/uPlot.min.css"));
    parts.put("uplot.js", resource("uplot/uPlot.iife.min.js"));
    parts.put("uplot.licence", resource("uplot/LICENSE"));
    parts.put("data", ReportData.of(report.runs).toJson());
    parts.put("body", report.body());
    return PLACEHOLDER
        .matcher(resource("report.html"))
        .replaceAll(match -> Matcher.quoteReplacement(parts.getOrDefault(match.group(1), "")));
  }

  private String title() {
    return runs.size() == 1 ? runs.getFirst().name() : runs.size() + " runs compared";
  }

  private String body() {
    Html page = new Html();
    page.raw("<header><div class=brand>").raw(resource("logo.svg")).raw("Estafette</div><h1>");
    page.text(title());
    boolean ended = runs.stream().allMatch(run -> run.summary() != null);
    page.raw(ended ? "" : " <span class='badge open'>not ended</span>").raw("</h1>");
    RunRecord first = runs.getFirst();
    if (runs.size() == 1) {
      page.raw("<div class=sub>").raw(subtitle(first.summary())).raw("</div>");
    }
    page.raw("</header><main>");
    page.raw("<noscript>The charts on this page need JavaScript; the tables do not.</noscript>");
    if (runs.size() == 1) {
      new ReportTiles(first).write(page);
    }
    page.raw("<div class=grid>");
    if (runs.size() > 1) {
      comparison(page);
    }
    charts(page);
    if (runs.size() == 1) {
      details(page, first);
    }
    configuration(page);
    page.raw("</div></main><footer>Written by Estafette. Charts by uPlot (MIT). ");
    page.raw("Losses are in nats per token. Drag on a chart to zoom, double-click to go back.");
    return page.raw("</footer>").toString();
  }

  private static String subtitle(@Nullable Summary summary) {
    if (summary == null) {
      return "The run goes on, or was cut off: there is no summary yet.";
    }
    Machine machine = summary.machine();
    return "<b>"
        + Html.escape(summary.strategy())
        + "</b> · "
        + summary.workers()
        + (summary.workers() == 1 ? " worker" : " workers")
        + " · H "
        + summary.localSteps()
        + " · seed "
        + summary.seed()
        + " · "
        + machine.processors()
        + " processors, "
        + Numbers.gibibytes(machine.memoryBytes())
        + ", "
        + Html.escape(machine.os() + " " + machine.architecture())
        + " · "
        + Html.escape(summary.jdk());
  }

  private void charts(Html page) {
    boolean measured = runs.stream().anyMatch(run -> run.progress().findAny().isPresent());
    if (measured) {
      chart(page, "", "loss-tokens", "Loss by tokens", "What the data bought.", true);
      chart(page, "", "loss-seconds", "Loss by time", "What the time bought.", true);
    }
    boolean one = runs.size() == 1;
    RunRecord first = runs.getFirst();
    boolean pushed = one && first.pushes().findAny().isPresent();
    boolean withoutServer = one && new ReportTiles(first).exchanges() != null;
    if (measured) {
      chart(
          page,
          pushed && !withoutServer ? "" : "wide",
          "rate",
          "Throughput",
          "Tokens per second, all workers.",
          false);
    }
    if (withoutServer) {
      chart(
          page,
          "wide",
          "consensus",
          "Consensus distance",
          "How far the workers' parameters are from their mean: √ mean ‖x̄ − xᵢ‖².",
          false);
    }
    if (pushed && !withoutServer) {
      chart(
          page,
          "",
          "staleness",
          "Staleness",
          "Updates of the model between a worker's pull and its push, for pushes that were"
              + " applied.",
          false);
    }
    if (pushed) {
      chart(page, "wide", "timeline", "Rounds and pushes", timelineText(first), false);
    }
  }

  private static void chart(
      Html page, String size, String kind, String title, String text, boolean logarithm) {
    page.raw("<section class='card " + size + "'><div class=head><div><h2>" + title + "</h2><p>");
    page.text(text).raw("</p></div>");
    if (logarithm) {
      page.raw("<button type=button data-log=" + kind + " aria-pressed=false>log</button>");
    }
    page.raw("</div><div class=chart data-chart=" + kind + "></div>");
    if (kind.equals("timeline")) {
      page.raw(
          "<div class=key><span><i class=ramp></i>staleness, fresh to stale</span>"
              + "<span><i style='background:var(--refused)'></i>refused</span>"
              + "<span><i style='background:var(--s5);width:4px'></i>merged with others</span>"
              + "<span>▲ joined, restarted, released</span>"
              + "<span>▼ left, lost, quarantined, outlier</span><span>┆ fault</span></div>");
    }
    page.raw("</section>");
  }

  private static String timelineText(RunRecord run) {
    String text = "A lane for each worker, a bar for each round; a bar ends with its push.";
    long pushes = run.pushes().count();
    if (pushes > ReportData.MOST_BARS) {
      text +=
          String.format(Locale.ROOT, " The last %,d of %,d pushes.", ReportData.MOST_BARS, pushes);
    }
    int workers = ReportData.workers(run).size();
    if (workers > ReportData.MOST_LANES) {
      text += String.format(Locale.ROOT, " %d of %,d workers.", ReportData.MOST_LANES, workers);
    }
    return text;
  }

  private static void details(Html page, RunRecord run) {
    Map<String, WorkerTally> tallies = WorkerTally.of(run);
    if (!tallies.isEmpty()) {
      page.raw("<section class='card wide nowrap'><h2>Workers</h2>");
      page.raw("<p>Staleness is mean / largest; tokens/s is while training.</p>");
      page.table(WorkerTally.heads(), WorkerTally.rows(tallies)).raw("</section>");
    }
    Pushes pushes = new ReportTiles(run).pushes();
    page.raw("<section class=card><h2>Pushes</h2><p>Each is applied at most once; ");
    page.raw("each that is not applied is counted with its reason.</p>");
    List<List<String>> rows = new ArrayList<>();
    rows.add(outcome("accepted", "", pushes.accepted(), pushes.total()));
    rows.add(outcome("merged", "", pushes.merged(), pushes.total()));
    pushes.refused().forEach((r, n) -> rows.add(outcome("refused", r, n, pushes.total())));
    page.table(List.of("outcome", "reason", "#pushes", "#share"), rows).raw("</section>");
    new ReportFaults(run).write(page);
    List<List<String>> events =
        run.metrics().stream().map(Report::event).flatMap(List::stream).toList();
    int left = Math.max(0, events.size() - MOST_EVENTS);
    page.raw("<section class=card><h2>Events</h2><p>What happened to workers and to the run.");
    if (left > 0) {
      // The end is what one looks for: why a run ended, or who is missing.
      page.text(
          String.format(
              Locale.ROOT, " The last %,d; %,d earlier ones are left out.", MOST_EVENTS, left));
    }
    page.raw("</p>");
    if (events.isEmpty()) {
      page.raw("<span class=none>none recorded</span></section>");
    } else {
      page.table(List.of("#time", "worker", "event", "reason"), events.subList(left, events.size()))
          .raw("</section>");
    }
  }

  /** A row, or none: a checkpoint that was written is no news. */
  private static List<List<String>> event(Metric metric) {
    return switch (metric) {
      case Metric.WorkerEvent e -> List.of(row(e, e.worker(), e.kind().json(), e.reason()));
      case Metric.RunEvent e when e.kind() != Metric.RunKind.CHECKPOINT ->
          List.of(row(e, "the run", e.kind().json(), e.text()));
      default -> List.of();
    };
  }

  private static List<String> row(Metric at, String whom, String kind, String reason) {
    return List.of(
        Numbers.duration(at.seconds()), Html.escape(whom), Html.escape(kind), Html.escape(reason));
  }

  private static List<String> outcome(String outcome, String reason, long count, long total) {
    String share = total == 0 ? "–" : String.format(Locale.ROOT, "%.1f %%", 100.0 * count / total);
    return List.of(outcome, Html.escape(reason), Numbers.count(count), share);
  }

  private void comparison(Html page) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      rows.add(new ReportTiles(runs.get(i)).comparisonRow(i));
    }
    page.raw("<section class='card wide nowrap'><h2>Results</h2><p>A row for each run.</p>");
    page.table(ReportTiles.comparisonHeads(), rows).raw("</section>");
  }

  private void configuration(Html page) {
    List<SortedMap<String, String>> configs =
        runs.stream().map(run -> ConfigEntries.of(run.config())).toList();
    TreeSet<String> keys = new TreeSet<>(NaturalOrder.INSTANCE);
    configs.forEach(config -> keys.addAll(config.keySet()));
    if (runs.size() > 1) {
      keys.removeIf(
          key -> configs.stream().map(c -> c.getOrDefault(key, "")).distinct().count() == 1);
    }
    page.raw("<section class='card wide'><h2>Configuration</h2><p>");
    page.raw(runs.size() > 1 ? "Keys in which the runs differ." : "As it was in effect.")
        .raw("</p>");
    List<String> heads = new ArrayList<>(List.of("key"));
    runs.forEach(run -> heads.add(runs.size() > 1 ? run.name() : "value"));
    List<List<String>> rows = new ArrayList<>();
    for (String key : keys) {
      List<String> row = new ArrayList<>(List.of(Html.code(key)));
      for (SortedMap<String, String> config : configs) {
        String value = config.get(key);
        row.add(value == null ? "<span class=none>–</span>" : Html.code(value));
      }
      rows.add(row);
    }
    if (rows.isEmpty()) {
      page.raw("<span class=none>nothing to show</span>");
    } else {
      page.table(heads, rows);
    }
    page.raw("</section>");
  }

  /** Runs of one name, as from two folders, get numbers. */
  private static List<RunRecord> distinctNames(List<RunRecord> runs) {
    Map<String, Integer> seen = new LinkedHashMap<>();
    List<RunRecord> named = new ArrayList<>();
    for (RunRecord run : runs) {
      int times = seen.merge(run.name(), 1, Integer::sum);
      String name = times == 1 ? run.name() : run.name() + " (" + times + ")";
      named.add(new RunRecord(name, run.config(), run.summary(), run.metrics()));
    }
    return named;
  }

  private static String resource(String name) {
    try (InputStream in = Report.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new IllegalStateException("the resource " + name + " cannot be read", e);
    }
  }
}
