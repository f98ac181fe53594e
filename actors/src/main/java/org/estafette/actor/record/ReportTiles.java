package org.estafette.actor.record;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The headline numbers of a run: from its summary, or from its last point where it goes on. */
final class ReportTiles {
  private final RunRecord run;
  private final @Nullable Summary summary;
  private final Metric.@Nullable ProgressPoint last;

  ReportTiles(RunRecord run) {
    this.run = run;
    this.summary = run.summary();
    this.last = run.progress().reduce((a, b) -> b).orElse(null);
  }

  void write(Html page) {
    page.raw("<section class=tiles>");
    OptionalDouble best = bestValidation();
    tile(
        page,
        true,
        "Validation loss",
        Numbers.loss(validation()),
        best.isPresent() ? "best " + Numbers.loss(best.getAsDouble()) : "not measured");
    if (accuracy() != null) {
      tile(page, false, "Validation accuracy", Numbers.percent(accuracy()), "classified rightly");
    }
    tile(page, false, "Training loss", Numbers.loss(training()), "mean of the last rounds");
    tile(page, false, "Tokens", Numbers.count(tokens()), "in " + Numbers.duration(seconds()));
    tile(page, false, "Tokens/s", Numbers.count(rate()), "all workers");
    Exchanges exchanges = exchanges();
    if (exchanges == null) {
      server(page);
    } else {
      neighbours(page, exchanges);
    }
    if (summary != null) {
      tile(page, false, "Restarts", Numbers.count(summary.workerRestarts()), "workers replaced");
    }
    page.raw("</section>");
    if (summary != null && summary.checkpoint() != null) {
      page.raw("<p class=sub>Checkpoint: ").raw(Html.code(summary.checkpoint())).raw("</p>");
    }
  }

  private void server(Html page) {
    Pushes pushes = pushes();
    tile(
        page,
        false,
        "Pushes applied",
        Numbers.count(pushes.accepted() + pushes.merged()),
        Numbers.count(pushes.merged())
            + " merged, "
            + Numbers.count(pushes.refusals())
            + " refused");
    tile(
        page,
        false,
        "Staleness",
        String.format(Locale.ROOT, "%.2f", staleness().mean()),
        "mean; largest " + staleness().max());
    if (summary != null) {
      tile(page, false, "Gain G", gain(), "K·w·lr/(1−β)");
    }
  }

  private void neighbours(Html page, Exchanges e) {
    tile(
        page,
        false,
        "Consensus distance",
        e.consensus() == null ? "–" : String.format(Locale.ROOT, "%.3g", e.consensus()),
        "√ mean ‖x̄ − xᵢ‖²");
    tile(
        page,
        false,
        "Rounds",
        Numbers.count(pushes().accepted()),
        Numbers.count(e.fresh()) + " messages fresh, " + Numbers.count(e.held()) + " held");
    tile(
        page,
        false,
        "Not used",
        Numbers.count(e.superseded() + pushes().refusals()),
        Numbers.count(e.superseded())
            + " superseded, "
            + Numbers.count(pushes().refusals())
            + " refused");
    tile(page, false, "Repairs", Numbers.count(e.repairs()), "graph epoch " + e.epoch());
  }

  /** What a run without a server tells; null with one. */
  @Nullable Exchanges exchanges() {
    return summary != null ? summary.exchanges() : last != null ? last.exchanges() : null;
  }

  static List<String> comparisonHeads() {
    return List.of(
        "run",
        "strategy",
        "#workers",
        "#H",
        "#validation loss",
        "#accuracy",
        "#training loss",
        "#tokens",
        "#time",
        "#tokens/s",
        "#applied",
        "#refused",
        "#staleness",
        "#G");
  }

  List<String> comparisonRow(int series) {
    Pushes pushes = pushes();
    return List.of(
        "<span class=dot data-series=" + series + "></span>" + Html.escape(run.name()),
        summary == null ? "–" : Html.escape(summary.strategy()),
        summary != null
            ? Numbers.count(summary.workers())
            : last != null ? Numbers.count(last.workers()) : "–",
        summary == null ? "–" : Numbers.count(summary.localSteps()),
        Numbers.loss(validation()),
        Numbers.percent(accuracy()),
        Numbers.loss(training()),
        Numbers.count(tokens()),
        Numbers.duration(seconds()),
        Numbers.count(rate()),
        Numbers.count(pushes.accepted() + pushes.merged()),
        Numbers.count(pushes.refusals()),
        String.format(Locale.ROOT, "%.2f / %d", staleness().mean(), staleness().max()),
        summary == null ? "–" : gain());
  }

  Pushes pushes() {
    return summary != null ? summary.pushes() : last != null ? last.pushes() : Pushes.NONE;
  }

  private Staleness staleness() {
    return summary != null ? summary.staleness() : last != null ? last.staleness() : Staleness.NONE;
  }

  private @Nullable Double validation() {
    if (summary != null && summary.validationLoss() != null) {
      return summary.validationLoss();
    }
    return run.progress()
        .map(Metric.ProgressPoint::validationLoss)
        .filter(v -> v != null)
        .reduce((a, b) -> b)
        .orElse(null);
  }

  private @Nullable Double accuracy() {
    if (summary != null && summary.validationAccuracy() != null) {
      return summary.validationAccuracy();
    }
    return run.progress()
        .map(Metric.ProgressPoint::validationAccuracy)
        .filter(v -> v != null)
        .reduce((a, b) -> b)
        .orElse(null);
  }

  private OptionalDouble bestValidation() {
    return run.progress()
        .map(Metric.ProgressPoint::validationLoss)
        .filter(v -> v != null && !v.isNaN())
        .mapToDouble(v -> v)
        .min();
  }

  private double training() {
    return summary != null ? summary.finalLoss() : last != null ? last.trainLoss() : Double.NaN;
  }

  private double tokens() {
    return summary != null ? summary.tokens() : last != null ? last.tokens() : 0;
  }

  private double seconds() {
    return summary != null ? summary.seconds() : last != null ? last.seconds() : 0;
  }

  private double rate() {
    return summary != null
        ? summary.tokensPerSecond()
        : last != null && last.seconds() > 0 ? last.tokens() / last.seconds() : Double.NaN;
  }

  private String gain() {
    return summary == null ? "–" : String.format(Locale.ROOT, "%.3g", summary.gain());
  }

  private static void tile(Html page, boolean main, String label, String value, String hint) {
    page.raw(main ? "<div class='tile main'>" : "<div class=tile>");
    page.raw("<div class=label>").text(label).raw("</div><div class=value>").text(value);
    page.raw("</div><div class=hint>").text(hint).raw("</div></div>");
  }
}
