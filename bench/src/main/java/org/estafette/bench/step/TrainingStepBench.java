package org.estafette.bench.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.estafette.bench.Machine;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.kernel.GemmProviders;
import org.estafette.kernel.RowKernels;

/**
 * The training step against PyTorch and against its own matrix products, on one thread.
 *
 * <pre>
 * java @conf/jvm.options -cp … org.estafette.bench.step.TrainingStepBench \
 *     [--out bench/results/training-step.json] [--sizes S,M] [--rounds 5] [--torch true]
 * </pre>
 *
 * <p>The two loops take turns in one process; tokens are counted per CPU-second of the whole
 * process, so that a helper thread of either would show. Of each the best round counts. Two workers
 * are measured by the wall clock against one, which needs two idle cores.
 */
public final class TrainingStepBench {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private TrainingStepBench() {}

  /** Runs the benchmark, prints a table and writes the results. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--out", "bench/results/training-step.json");
    options.put("--sizes", "S,M");
    options.put("--rounds", "5");
    options.put("--torch", "true");
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (options.replace(args[i], args[i + 1]) == null) {
        throw new IllegalArgumentException(args[i] + " (expected one of " + options.keySet() + ")");
      }
    }
    int rounds = Integer.parseInt(options.get("--rounds"));
    boolean torch = Boolean.parseBoolean(options.get("--torch"));
    List<Map<String, Object>> results = new ArrayList<>();
    for (String name : options.get("--sizes").split(",", -1)) {
      results.add(measure(StepSize.valueOf(name.trim()), rounds, torch));
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "training-step");
    report.put("machine", Machine.describe());
    report.put("commit", Machine.commit());
    report.put("gemm", GemmProviders.get().description());
    report.put("kernels", RowKernels.reason());
    report.put("compared_with", torch ? TorchLoop.description() : "nothing");
    report.put("rounds", rounds);
    report.put("measured", Instant.now().toString());
    report.put("results", results);
    print(results);
    Path out = Path.of(options.get("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
    // libtorch and the JVM do not always agree on who ends first.
    System.exit(0);
  }

  private static Map<String, Object> measure(StepSize size, int rounds, boolean torch)
      throws IOException, InterruptedException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("size", size.name());
    result.put("config", size.config.toString());
    result.put("batch", size.batch);
    result.put("parameters", size.parameters());
    double ours = 0;
    double theirs = 0;
    long bytes;
    double square = 0;
    double shapes = 0;
    double ourLoss = 0;
    double theirLoss = 0;
    Device device = Devices.open("cpu");
    int rows =
        Math.clamp(device.preferredRows(size.config.width()) / size.config.context(), 1, size.batch)
            * size.config.context();
    try (EstafetteLoop estafette = new EstafetteLoop(size);
        StepLoop other = torch ? new TorchLoop(size) : new EstafetteLoop(size)) {
      // The same number of steps on both sides, so that their losses can be compared.
      ourLoss = estafette.run(2);
      theirLoss = other.run(2);
      warm(estafette);
      for (int round = 0; round < rounds; round++) {
        square = Math.max(square, SgemmRate.square(device));
        shapes = Math.max(shapes, SgemmRate.ofModel(device, size.config, rows));
        ours = Math.max(ours, rate(size, estafette));
        if (torch) {
          theirs = Math.max(theirs, rate(size, other));
        }
      }
      bytes = estafette.allocated(2 + size.allocationSteps);
    }
    double gigaflops = size.gigaflops(ours);
    result.put("tokens_per_cpu_second", ours);
    result.put("gflops", gigaflops);
    result.put("steps_watched_for_allocation", size.allocationSteps);
    result.put("bytes_allocated_in_them", bytes);
    if (torch) {
      result.put("pytorch_tokens_per_cpu_second", theirs);
      result.put("ratio_to_pytorch", ours / theirs);
      result.put("wanted_ratio_to_pytorch", size.wantedRatio);
      result.put("loss_after_2_steps", ourLoss);
      result.put("pytorch_loss_after_2_steps", theirLoss);
    }
    result.put("sgemm_gflops_2048", square);
    result.put("sgemm_gflops_of_the_models_shapes", shapes);
    result.put("ratio_to_sgemm_2048", gigaflops / square);
    result.put("ratio_to_sgemm_of_the_models_shapes", gigaflops / shapes);
    result.put("wanted_ratio_to_sgemm", 0.75);
    double scaling = scaling(size, rounds);
    result.put("two_workers_over_one", scaling);
    result.put("wanted_two_workers_over_one", size.wantedScaling);
    return result;
  }

  /** Runs until the JIT has compiled the loop: a few seconds. */
  private static void warm(StepLoop loop) {
    long end = System.nanoTime() + 6_000_000_000L;
    while (System.nanoTime() < end) {
      loop.run(1);
    }
  }

  private static double rate(StepSize size, StepLoop loop) {
    long start = PROCESS.getProcessCpuTime();
    loop.run(size.steps);
    return 1e9 * size.tokens() * size.steps / (PROCESS.getProcessCpuTime() - start);
  }

  /** Tokens per second of the wall clock of two workers over those of one; best of the rounds. */
  private static double scaling(StepSize size, int rounds) throws InterruptedException {
    try (StepLoop one = new EstafetteLoop(size);
        StepLoop two = new EstafetteLoop(size)) {
      warm(one);
      double single = 0;
      double both = 0;
      for (int round = 0; round < rounds; round++) {
        long start = System.nanoTime();
        one.run(size.steps);
        single = Math.max(single, 1.0 / (System.nanoTime() - start));
        CountDownLatch go = new CountDownLatch(1);
        Thread[] threads = new Thread[2];
        for (int w = 0; w < 2; w++) {
          StepLoop loop = w == 0 ? one : two;
          threads[w] =
              Thread.ofPlatform()
                  .start(() -> {
                    await(go);
                    loop.run(size.steps);
                  });
        }
        start = System.nanoTime();
        go.countDown();
        for (Thread thread : threads) {
          thread.join();
        }
        both = Math.max(both, 2.0 / (System.nanoTime() - start));
      }
      return both / single;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while waiting to start", e);
    }
  }

  private static void print(List<Map<String, Object>> results) {
    for (Map<String, Object> result : results) {
      System.out.println();
      for (Map.Entry<String, Object> entry : result.entrySet()) {
        Object value = entry.getValue();
        System.out.printf(
            Locale.ROOT,
            "%-40s %s%n",
            entry.getKey(),
            value instanceof Double d ? String.format(Locale.ROOT, "%,.3f", d) : value);
      }
    }
  }
}
