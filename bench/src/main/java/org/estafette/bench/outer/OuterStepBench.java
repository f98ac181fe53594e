package org.estafette.bench.outer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.bench.Machine;
import org.estafette.kernel.LinearStep;
import org.estafette.kernel.OuterKernels;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;

/**
 * The fused delayed-Nesterov step and its merged form against STREAM triad, on one thread.
 *
 * <pre>
 * java @conf/jvm.options -XX:MaxDirectMemorySize=8g -cp … org.estafette.bench.outer.OuterStepBench \
 *     [--out bench/results/outer-step.json] [--rounds 7] [--sizes 10000000,100000000]
 * </pre>
 *
 * <p>Bytes are counted as STREAM counts them: 4 for every element that is read, 4 for every one
 * that is written. In every round the operations take turns, and each one's best time counts, so
 * that noise from the machine's other users meets all of them alike.
 */
public final class OuterStepBench {
  private static final int MERGED = 8;
  private static final LinearStep ACCUMULATE = LinearStep.accumulate(1.0 / MERGED, 0.07, 0.02);
  private static final LinearStep REFRESH =
      LinearStep.refresh(0.9, 0.7, 1.0 / MERGED, 0.07, 0.02, 0);

  private OuterStepBench() {}

  /** One row of the table. */
  record Row(String operation, double bytesPerElement, double seconds, double gigabytesPerSecond) {}

  /** One operation to be timed. */
  private record Operation(String name, double bytesPerElement, Runnable body) {}

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--out", "bench/results/outer-step.json");
    options.put("--rounds", "7");
    options.put("--sizes", "10000000,100000000");
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (options.replace(args[i], args[i + 1]) == null) {
        throw new IllegalArgumentException(args[i] + " (expected one of " + options.keySet() + ")");
      }
    }
    int rounds = Integer.parseInt(options.get("--rounds"));
    List<Map<String, Object>> results = new ArrayList<>();
    for (String size : options.get("--sizes").split(",", -1)) {
      results.add(measure(Long.parseLong(size.trim()), rounds));
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "outer-step");
    report.put("machine", Machine.describe());
    report.put("kernels", OuterKernels.best().name());
    report.put("threads", 1);
    report.put("rounds", rounds);
    report.put("measured", Instant.now().toString());
    report.put("results", results);
    Path out = Path.of(options.get("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }

  private static Map<String, Object> measure(long n, int rounds) {
    Float32Vector x = random(n, 1);
    Float32Vector m = random(n, 2);
    Float32Vector b = random(n, 3);
    FlatVector[] pushes = new FlatVector[MERGED];
    for (int j = 0; j < MERGED; j++) {
      pushes[j] = random(n, 4 + j);
    }
    LinearStep[] period = new LinearStep[MERGED];
    java.util.Arrays.fill(period, ACCUMULATE);
    period[MERGED - 1] = REFRESH;
    FlatVector[] one = new FlatVector[1];
    LinearStep[] step = new LinearStep[1];
    List<Operation> operations =
        List.of(
            new Operation("STREAM triad", 12, () -> StreamTriad.run(x, m, b, 1e-6f)),
            new Operation("copy", 8, () -> x.copyFrom(m)),
            // reads g, b, m, x; writes b, x
            new Operation(
                "accumulate",
                24,
                () -> {
                  one[0] = pushes[0];
                  step[0] = ACCUMULATE;
                  x.linearSteps(m, b, one, step, 1);
                }),
            // reads g, b, m, x; writes b, m, x
            new Operation(
                "refresh",
                28,
                () -> {
                  one[0] = pushes[1];
                  step[0] = REFRESH;
                  x.linearSteps(m, b, one, step, 1);
                }),
            new Operation(
                MERGED + " single pushes",
                24 * (MERGED - 1) + 28,
                () -> {
                  for (int j = 0; j < MERGED; j++) {
                    one[0] = pushes[j];
                    step[0] = period[j];
                    x.linearSteps(m, b, one, step, 1);
                  }
                }),
            // reads every g once; b, m, x once; writes b, m, x once
            new Operation(
                MERGED + " merged pushes",
                4 * MERGED + 24,
                () -> x.linearSteps(m, b, pushes, period, MERGED)));
    for (long warm = 0; warm < Math.max(2, 40_000_000 / n); warm++) {
      operations.forEach(o -> o.body().run());
    }
    double[] best = new double[operations.size()];
    java.util.Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (int r = 0; r < rounds; r++) {
      for (int i = 0; i < best.length; i++) {
        long start = System.nanoTime();
        operations.get(i).body().run();
        best[i] = Math.min(best[i], (System.nanoTime() - start) * 1e-9);
      }
    }
    return report(n, operations, best);
  }

  private static Map<String, Object> report(long n, List<Operation> operations, double[] best) {
    System.out.printf(Locale.ROOT, "%n%d floats, one thread, %s%n", n, OuterKernels.best().name());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < best.length; i++) {
      Operation o = operations.get(i);
      double rate = o.bytesPerElement() * n / best[i] / 1e9;
      rows.add(new Row(o.name(), o.bytesPerElement(), best[i], rate));
      System.out.printf(
          Locale.ROOT,
          "%-18s %8.2f ms %7.1f GB/s  %5.2f of triad%n",
          o.name(),
          best[i] * 1e3,
          rate,
          rate / rows.getFirst().gigabytesPerSecond());
    }
    double triad = rows.getFirst().gigabytesPerSecond();
    double ofSingle = best[5] / best[4];
    System.out.printf(Locale.ROOT, "merged costs %.2f of single%n", ofSingle);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("floats", n);
    result.put("rows", rows);
    result.put("accumulate_of_triad", rows.get(2).gigabytesPerSecond() / triad);
    result.put("refresh_of_triad", rows.get(3).gigabytesPerSecond() / triad);
    result.put("merged_of_single", ofSingle);
    return result;
  }

  private static Float32Vector random(long n, long seed) {
    Float32Vector v = Float32Vector.allocate(n);
    long state = seed * 0x9E3779B97F4A7C15L;
    for (long i = 0; i < n; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      v.set(i, (state >> 40) * 0x1p-24);
    }
    return v;
  }
}
