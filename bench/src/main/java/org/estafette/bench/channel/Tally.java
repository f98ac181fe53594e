package org.estafette.bench.channel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the paths reached under one placement of the two JVMs. */
final class Tally {
  private final String placement;
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();
  private final Map<String, Double> medians = new LinkedHashMap<>();
  private final Map<String, Double> tails = new LinkedHashMap<>();

  Tally(String placement) {
    this.placement = placement;
  }

  String placement() {
    return placement;
  }

  void rate(String path, double gigabytesPerSecond) {
    rates.computeIfAbsent(path, p -> new ArrayList<>()).add(gigabytesPerSecond);
  }

  /** Of each path the best round counts. */
  void roundTrips(String path, long[] nanos) {
    Arrays.sort(nanos);
    medians.merge(path, nanos[nanos.length / 2] / 1000.0, Math::min);
    tails.merge(path, nanos[nanos.length * 99 / 100] / 1000.0, Math::min);
  }

  double bestRate(String path) {
    return rates.getOrDefault(path, List.of()).stream()
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(Double.NaN);
  }

  double medianRate(String path) {
    double[] sorted =
        rates.getOrDefault(path, List.of()).stream()
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  double median(String path) {
    return medians.getOrDefault(path, Double.NaN);
  }

  double tail(String path) {
    return tails.getOrDefault(path, Double.NaN);
  }

  /** Against the better of the two blocking sockets. */
  Map<String, Double> ratios() {
    double tcpRate = Math.max(bestRate("tcp"), bestRate("tcp-4m"));
    double tcpMedian = Math.min(median("tcp"), median("tcp-4m"));
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("ipc_of_tcp", bestRate("ipc") / tcpRate);
    ratios.put("ipc_of_copy", bestRate("ipc") / bestRate("copy"));
    ratios.put("udp_of_tcp", bestRate("udp") / tcpRate);
    ratios.put("ipc_round_trip_of_tcp", median("ipc") / tcpMedian);
    ratios.put("ipc_of_polling_tcp", bestRate("ipc") / bestRate("tcp-polling"));
    ratios.put("ring_of_tcp", bestRate("ring") / tcpRate);
    ratios.put("ring_round_trip_of_tcp", median("ring") / tcpMedian);
    ratios.values().removeIf(ratio -> ratio.isNaN());
    return ratios;
  }

  Map<String, Object> report() {
    System.out.printf(
        Locale.ROOT,
        "%nJVMs %s%n%-12s %9s %9s %12s %12s%n",
        placement,
        "path",
        "GB/s best",
        "median",
        "64 KB p50 us",
        "p99 us");
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String path : rates.keySet()) {
      System.out.printf(
          Locale.ROOT,
          "%-12s %9.2f %9.2f %12.1f %12.1f%n",
          path,
          bestRate(path),
          medianRate(path),
          median(path),
          tail(path));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("path", path);
      row.put("gigabytes_per_second_best", bestRate(path));
      row.put("gigabytes_per_second_median", medianRate(path));
      if (medians.containsKey(path)) {
        row.put("round_trip_p50_us", median(path));
        row.put("round_trip_p99_us", tail(path));
      }
      rows.add(row);
    }
    Map<String, Double> ratios = ratios();
    ratios.forEach((name, value) -> System.out.printf(Locale.ROOT, "%-26s %.3f%n", name, value));
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("placement", placement);
    report.put("rows", rows);
    report.put("ratios", ratios);
    return report;
  }
}
