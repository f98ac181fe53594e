package org.estafette.bench.images;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
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
import org.estafette.algorithm.data.ImageDataset;
import org.estafette.algorithm.data.ImageTask;
import org.estafette.algorithm.data.Partition;
import org.estafette.algorithm.model.ConvNet;
import org.estafette.algorithm.model.ConvNetConfig;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.bench.Machine;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;

/**
 * A whole training step (batch, gradient, Nesterov's momentum) of the convolutional network on
 * images of CIFAR-10's size, on one thread.
 *
 * <pre>
 * java @conf/jvm.options -cp … org.estafette.bench.images.ImageStepBench \
 *     [--out bench/results/image-step.json] [--batch 32] [--steps 50] [--rounds 15]
 * </pre>
 */
public final class ImageStepBench {
  private static final List<List<Integer>> NETS =
      List.of(List.of(16, 32, 64), List.of(32, 64, 128));
  private static final int WARMUP = 400;

  private ImageStepBench() {}

  /**
   * One row of the table.
   *
   * @param millisBest per step, of the rounds
   * @param millisMedian likewise
   * @param bytesPerStep heap allocated in a step of the last round
   */
  record Row(
      List<Integer> channels,
      long parameters,
      int batch,
      double millisBest,
      double millisMedian,
      double imagesPerSecond,
      double bytesPerStep) {}

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--out", "bench/results/image-step.json");
    options.put("--batch", "32");
    options.put("--steps", "50");
    options.put("--rounds", "15");
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (options.replace(args[i], args[i + 1]) == null) {
        throw new IllegalArgumentException(args[i] + " (expected one of " + options.keySet() + ")");
      }
    }
    int batch = Integer.parseInt(options.get("--batch"));
    int steps = Integer.parseInt(options.get("--steps"));
    int rounds = Integer.parseInt(options.get("--rounds"));
    ImageDataset data =
        new ImageTask(32, 3, 10, 1.0, 4000, 100, 1).dataset(1, new Partition.Iid(), 1);
    List<Row> rows = new ArrayList<>();
    String description;
    try (Device device = Devices.open("cpu")) {
      description = device.description();
      for (List<Integer> channels : NETS) {
        Row row = measure(device, data, channels, batch, steps, rounds);
        rows.add(row);
        System.out.printf(
            Locale.ROOT,
            "%-14s %8d parameters, batch %d: best %.2f ms, median %.2f ms, %.0f images/s, %.0f"
                + " bytes a step%n",
            row.channels(),
            row.parameters(),
            batch,
            row.millisBest(),
            row.millisMedian(),
            row.imagesPerSecond(),
            row.bytesPerStep());
      }
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "image-step");
    report.put("machine", Machine.describe());
    report.put("commit", Machine.commit());
    report.put("device", description);
    report.put("threads", 1);
    report.put("image", data.form().toString());
    report.put("steps_per_round", steps);
    report.put("rounds", rounds);
    report.put("measured", Instant.now().toString());
    report.put("results", rows);
    Path out = Path.of(options.get("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }

  private static Row measure(
      Device device, ImageDataset data, List<Integer> channels, int batch, int steps, int rounds) {
    ConvNetConfig config = new ConvNetConfig(data.form(), channels, 8, data.classes());
    ConvNet model = new ConvNet(device, config, batch);
    Float32Vector x = Float32Vector.allocate(model.layout().length());
    model.initialize(x, 1);
    TrainerOptions options =
        TrainerOptions.of(
            new InnerOptimizer.Momentum(0.9, true, 5e-4), LearningRate.constant(0.01));
    try (DeviceTrainer trainer = new DeviceTrainer(device, model, data, batch, options)) {
      trainer.load(x);
      long done = 0;
      trainer.train(new TrainOrder(WARMUP, 0, done, done, 1), () -> false);
      done += WARMUP;
      double[] millis = new double[rounds];
      double bytes = 0;
      for (int r = 0; r < rounds; r++) {
        long allocated = allocated();
        long start = System.nanoTime();
        trainer.train(new TrainOrder(steps, 0, done, done, 1), () -> false);
        millis[r] = (System.nanoTime() - start) * 1e-6 / steps;
        bytes = (double) (allocated() - allocated) / steps;
        done += steps;
      }
      java.util.Arrays.sort(millis);
      return new Row(
          channels,
          model.layout().parameters(),
          batch,
          millis[0],
          millis[rounds / 2],
          1000.0 * batch / millis[0],
          bytes);
    }
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
