package org.estafette.bench.quantize;

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
import java.util.Random;
import org.estafette.bench.Machine;
import org.estafette.kernel.BlockQuantizer;
import org.estafette.memory.Float32Vector;

/**
 * Rounding, packing and unpacking of a push against a copy of it, on one thread: {@code dev/bench
 * quantize [FLOATS [ROUNDS [FILE]]]}. In every round the operations take turns, and each one's best
 * time counts.
 */
public final class QuantizeBench {
  private final int n;
  private final Float32Vector push;
  private final Float32Vector rounded;
  private final Float32Vector packed;
  private final Float32Vector other;
  private final Map<String, Runnable> operations = new LinkedHashMap<>();
  private long key;

  private QuantizeBench(int n) {
    this.n = n;
    this.push = Float32Vector.allocate(n);
    this.rounded = Float32Vector.allocate(n);
    this.packed = Float32Vector.allocate(n);
    this.other = Float32Vector.allocate(n);
    Random random = new Random(1);
    for (int i = 0; i < n; i++) {
      push.set(i, random.nextGaussian());
    }
    operations.put("copy", () -> other.copyFrom(push));
    for (int bits : new int[] {8, 4}) {
      BlockQuantizer q = BlockQuantizer.of(bits);
      operations.put("round " + bits, () -> q.quantize(rounded.address(), n, key++));
      operations.put("pack " + bits, () -> check(q.pack(rounded.address(), n, packed.address())));
      operations.put("unpack " + bits, () -> q.unpack(packed.address(), n, other.address()));
    }
  }

  private static void check(boolean packed) {
    if (!packed) {
      throw new IllegalStateException("what was rounded is not on the grid");
    }
  }

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) throws IOException {
    int n = args.length > 0 ? Integer.parseInt(args[0]) : 50_000_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
    Path out = Path.of(args.length > 2 ? args[2] : "bench/results/quantize.json");
    QuantizeBench bench = new QuantizeBench(n);
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "quantize");
    report.put("machine", Machine.describe());
    report.put("threads", 1);
    report.put("floats", n);
    report.put("rounds", rounds);
    report.put("measured", Instant.now().toString());
    report.put("results", bench.measure(rounds));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }

  private List<Map<String, Object>> measure(int rounds) {
    Map<String, Double> best = new LinkedHashMap<>();
    for (int r = -2; r < rounds; r++) {
      rounded.copyFrom(push);
      for (Map.Entry<String, Runnable> o : operations.entrySet()) {
        if (o.getKey().equals("round 4")) {
          rounded.copyFrom(push);
        }
        long start = System.nanoTime();
        o.getValue().run();
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (r >= 0) {
          best.merge(o.getKey(), seconds, Math::min);
        }
      }
    }
    double copy = best.getOrDefault("copy", Double.NaN);
    List<Map<String, Object>> rows = new ArrayList<>();
    best.forEach((name, seconds) -> {
      System.out.printf(
          Locale.ROOT,
          "%-10s %6.2f ns an element  %5.2f of a copy%n",
          name,
          seconds / n * 1e9,
          seconds / copy);
      rows.add(
          Map.of("operation", name, "ns_an_element", seconds / n * 1e9, "of_copy", seconds / copy));
    });
    return rows;
  }
}
