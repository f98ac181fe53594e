package org.estafette.actor.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the page's script draws: numbers in columns, thinned out so that the page stays small.
 *
 * @param runs curves of every run
 * @param workers names of the lanes of the timeline
 * @param pushes bars of the timeline: lane, begin, end, staleness, outcome (0 accepted, 1 merged, 2
 *     refused), round, steps, loss, reason
 * @param events marks on the timeline: lane (−1 for none: a fault is drawn across all), time, kind,
 *     reason
 * @param staleness histogram of the pushes applied
 */
record ReportData(
    List<Curves> runs,
    List<String> workers,
    List<List<@Nullable Object>> pushes,
    List<List<Object>> events,
    List<Bin> staleness) {
  /** Points of a curve: more than a screen is wide. */
  private static final int MOST_POINTS = 1500;

  /** Bars of the timeline. */
  static final int MOST_BARS = 20_000;

  /** Lanes of the timeline. */
  static final int MOST_LANES = 64;

  private static final int MOST_BINS = 40;

  /**
   * Curves of a run; the columns have equal length, missing numbers are null.
   *
   * @param tokens x
   * @param seconds x
   * @param train training loss
   * @param validation validation loss
   * @param rate tokens per second
   * @param consensus Ξ as last measured, in runs without a server
   */
  record Curves(
      String name,
      List<Long> tokens,
      List<Double> seconds,
      List<@Nullable Double> train,
      List<@Nullable Double> validation,
      List<@Nullable Double> rate,
      List<@Nullable Double> consensus) {}

  /** Pushes of staleness {@code from} … {@code to}. */
  record Bin(long from, long to, long count) {}

  /** The data of one run with its timeline, or the curves of several. */
  static ReportData of(List<RunRecord> runs) {
    List<Curves> curves = runs.stream().map(ReportData::curves).toList();
    if (runs.size() != 1) {
      return new ReportData(curves, List.of(), List.of(), List.of(), List.of());
    }
    RunRecord run = runs.getFirst();
    Map<String, Integer> lanes = lanes(run);
    return new ReportData(
        curves, List.copyOf(lanes.keySet()), bars(run, lanes), events(run, lanes), staleness(run));
  }

  /** As JSON that may stand inside a script element. */
  String toJson() {
    try {
      // "</" would end the element, "<!--" would begin a comment.
      return Json.LINES.writeValueAsString(this).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and names are always JSON", e);
    }
  }

  /** Workers in natural order of their names: w2 before w10. */
  static List<String> workers(RunRecord run) {
    return Stream.concat(
            run.pushes().map(Metric.PushRecord::worker),
            run.events().map(Metric.WorkerEvent::worker))
        .distinct()
        .sorted(NaturalOrder.INSTANCE)
        .toList();
  }

  private static Map<String, Integer> lanes(RunRecord run) {
    Map<String, Integer> lanes = new LinkedHashMap<>();
    for (String worker : workers(run)) {
      if (lanes.size() < MOST_LANES) {
        lanes.put(worker, lanes.size());
      }
    }
    return lanes;
  }

  private static Curves curves(RunRecord run) {
    List<Metric.ProgressPoint> points = inOrder(run);
    int group = Math.max(1, (points.size() + MOST_POINTS - 1) / MOST_POINTS);
    Curves curves =
        new Curves(
            run.name(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    for (int from = 0; from < points.size(); from += group) {
      List<Metric.ProgressPoint> some = points.subList(from, Math.min(points.size(), from + group));
      Metric.ProgressPoint last = some.getLast();
      curves.tokens().add(last.tokens());
      curves.seconds().add(Math.round(last.seconds() * 1e3) / 1e3);
      curves.train().add(mean(some.stream().mapToDouble(Metric.ProgressPoint::trainLoss)));
      curves.rate().add(mean(some.stream().mapToDouble(Metric.ProgressPoint::tokensPerSecond)));
      Double measured = null;
      for (Metric.ProgressPoint point : some) {
        measured = point.validationLoss() == null ? measured : point.validationLoss();
      }
      curves.validation().add(measured == null ? null : number(measured));
      Exchanges exchanges = last.exchanges();
      curves
          .consensus()
          .add(
              exchanges == null || exchanges.consensus() == null
                  ? null
                  : number(exchanges.consensus()));
    }
    return curves;
  }

  /**
   * The points with tokens and seconds in order. A resumed run goes back to its checkpoint: what
   * was measured behind it belongs to steps that were taken again.
   */
  private static List<Metric.ProgressPoint> inOrder(RunRecord run) {
    List<Metric.ProgressPoint> points = new ArrayList<>();
    run.progress()
        .forEach(point -> {
          while (!points.isEmpty()
              && (points.getLast().tokens() > point.tokens()
                  || points.getLast().seconds() > point.seconds())) {
            points.removeLast();
          }
          points.add(point);
        });
    return points;
  }

  private static List<List<@Nullable Object>> bars(RunRecord run, Map<String, Integer> lanes) {
    List<Metric.PushRecord> shown =
        run.pushes().filter(push -> lanes.containsKey(push.worker())).toList();
    List<List<@Nullable Object>> bars = new ArrayList<>();
    for (Metric.PushRecord push :
        shown.subList(Math.max(0, shown.size() - MOST_BARS), shown.size())) {
      List<@Nullable Object> bar = new ArrayList<>();
      bar.add(lanes.get(push.worker()));
      bar.add(number(push.seconds() - push.roundSeconds()));
      bar.add(number(push.seconds()));
      bar.add(push.staleness());
      bar.add(code(push.outcome()));
      bar.add(push.round());
      bar.add(push.steps());
      bar.add(number(push.loss()));
      if (push.reason() != null) {
        bar.add(push.reason());
      }
      bars.add(bar);
    }
    return bars;
  }

  private static int code(Metric.Outcome outcome) {
    return switch (outcome) {
      case ACCEPTED -> 0;
      case MERGED -> 1;
      case REFUSED -> 2;
    };
  }

  private static List<List<Object>> events(RunRecord run, Map<String, Integer> lanes) {
    Stream<List<Object>> workers =
        run.events()
            .map(event ->
                List.of(
                    lanes.getOrDefault(event.worker(), -1),
                    Math.round(event.seconds() * 1e3) / 1e3,
                    event.kind().json(),
                    event.reason()));
    Stream<List<Object>> faults =
        run.faults()
            .filter(fault -> fault.phase().equals("began"))
            .map(fault ->
                List.of(
                    fault.worker() == null ? -1 : lanes.getOrDefault(fault.worker(), -1),
                    Math.round(fault.seconds() * 1e3) / 1e3,
                    "fault",
                    fault.reason()));
    return Stream.concat(workers, faults).toList();
  }

  private static List<Bin> staleness(RunRecord run) {
    long[] values =
        run.pushes()
            .filter(push -> push.outcome() != Metric.Outcome.REFUSED)
            .mapToLong(Metric.PushRecord::staleness)
            .toArray();
    if (values.length == 0) {
      return List.of();
    }
    long most = Arrays.stream(values).max().orElse(0);
    long width = most / MOST_BINS + 1;
    long[] counts = new long[(int) (most / width) + 1];
    for (long value : values) {
      counts[(int) (Math.max(0, value) / width)]++;
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      bins.add(new Bin(i * width, (i + 1) * width - 1, counts[i]));
    }
    return bins;
  }

  private static @Nullable Double mean(DoubleStream values) {
    return number(values.average().orElse(Double.NaN));
  }

  /** Six digits are enough for a screen; what is no number becomes null, which JSON has. */
  private static @Nullable Double number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return null;
    }
    return new BigDecimal(value).round(new MathContext(6)).doubleValue();
  }
}
