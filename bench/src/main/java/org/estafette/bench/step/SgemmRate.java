package org.estafette.bench.step;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;

/** What the matrix products alone reach, in the same run. */
final class SgemmRate {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /**
   * Products of 2048³ between two looks at the clock. The process's CPU time moves in steps of 10
   * ms, and one product takes about 100: a single one would be off by up to a tenth.
   */
  private static final int SQUARES = 10;

  private SgemmRate() {}

  /** One product of a step. */
  private record Product(boolean transA, boolean transB, int m, int n, int k) {
    double flops() {
      return 2.0 * m * n * k;
    }
  }

  /** GFLOPS of 2048³ products, timed ten at a time. */
  static double square(Device device) {
    int n = 2048;
    try (DeviceArena arena = device.allocate("sgemm", 3L * n * n)) {
      DeviceVector a = random(device, arena.all().slice(0, (long) n * n));
      DeviceVector b = random(device, arena.all().slice((long) n * n, (long) n * n));
      DeviceVector c = arena.all().slice(2L * n * n, (long) n * n);
      device.multiply(false, false, n, n, n, a, b, false, c);
      long start = cpuNanos();
      for (int i = 0; i < SQUARES; i++) {
        device.multiply(false, false, n, n, n, a, b, false, c);
      }
      return SQUARES * 2.0 * n * n * n / (cpuNanos() - start);
    }
  }

  /**
   * GFLOPS of the products of a step's linear layers, each in its share, as the model calls them.
   *
   * @param rows rows that go through the layers at once
   */
  static double ofModel(Device device, GptConfig config, int rows) {
    List<Product> products = new ArrayList<>();
    int c = config.width();
    for (int[] layer : new int[][] {{c, 3 * c}, {c, c}, {c, 4 * c}, {4 * c, c}}) {
      int in = layer[0];
      int out = layer[1];
      products.add(new Product(false, false, rows, out, in));
      products.add(new Product(true, false, in, out, rows));
      products.add(new Product(false, true, rows, in, out));
    }
    long largest = 4L * c * Math.max(rows, c);
    try (DeviceArena arena = device.allocate("sgemm", 3 * largest)) {
      DeviceVector a = random(device, arena.all().slice(0, largest));
      DeviceVector b = random(device, arena.all().slice(largest, largest));
      DeviceVector to = arena.all().slice(2 * largest, largest);
      double flops = products.stream().mapToDouble(Product::flops).sum();
      int repeats = (int) Math.max(1, 1.5e11 / flops);
      double best = 0;
      for (int i = 0; i < 2; i++) {
        long start = cpuNanos();
        for (int r = 0; r < repeats; r++) {
          for (Product p : products) {
            device.multiply(p.transA(), p.transB(), p.m(), p.n(), p.k(), a, b, false, to);
          }
        }
        best = Math.max(best, repeats * flops / (cpuNanos() - start));
      }
      return best;
    }
  }

  /**
   * The step is counted by CPU time, so these are too: a busy machine must not flatter the ratio.
   */
  private static long cpuNanos() {
    return PROCESS.getProcessCpuTime();
  }

  private static DeviceVector random(Device device, DeviceVector to) {
    float[] values = new float[Math.toIntExact(to.length())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i);
    }
    device.upload(values, 0, values.length, to);
    return to;
  }
}
