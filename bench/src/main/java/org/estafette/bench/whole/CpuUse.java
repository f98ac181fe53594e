package org.estafette.bench.whole;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Which threads of a running cluster use the cores that train, by CPU time. */
final class CpuUse {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** What ThreadMXBean does not show: the JIT's threads and the collector's. */
  private static final String JVM = "the JVM's own threads";

  private Map<Long, Long> before = Map.of();
  private long processBefore;
  private final Map<String, Double> cores = new LinkedHashMap<>();

  /** Starts counting. */
  void begin() {
    before = now();
    processBefore = PROCESS.getProcessCpuTime();
  }

  /**
   * Counts up to now; the last look is kept. To be called while all threads live: what an ended one
   * used would be taken for the JVM's own.
   */
  void look(double seconds) {
    Map<Long, Long> after = now();
    double rest = (PROCESS.getProcessCpuTime() - processBefore) / 1e9;
    Map<String, Double> used = new HashMap<>();
    for (Map.Entry<Long, Long> entry : after.entrySet()) {
      double cpu = (entry.getValue() - before.getOrDefault(entry.getKey(), 0L)) / 1e9;
      rest -= cpu;
      ThreadInfo info = THREADS.getThreadInfo(entry.getKey());
      if (info != null) {
        used.merge(group(info.getThreadName()), cpu / seconds, Double::sum);
      }
    }
    used.put(JVM, Math.max(0, rest) / seconds);
    cores.clear();
    used.entrySet().stream()
        .filter(e -> e.getValue() >= 0.0005 && e.getValue() < 0.5)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(e -> cores.put(e.getKey(), e.getValue()));
  }

  private static Map<Long, Long> now() {
    Map<Long, Long> times = new HashMap<>();
    for (long id : THREADS.getAllThreadIds()) {
      times.put(id, Math.max(0, THREADS.getThreadCpuTime(id)));
    }
    return times;
  }

  /** Threads of a pool count as one. */
  private static String group(String name) {
    return name.replaceAll("-?\\d+$", "");
  }

  /** Share of one core by group of threads, those that train left out. */
  Map<String, Double> cores() {
    return Map.copyOf(cores);
  }

  void print() {
    cores.forEach(
        (name, share) -> System.out.printf(Locale.ROOT, "  %-50s %.4f of a core%n", name, share));
  }
}
