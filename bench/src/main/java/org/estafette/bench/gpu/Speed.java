package org.estafette.bench.gpu;

import java.util.Arrays;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.device.Device;

/** How fast a model trains when nothing is exchanged. */
final class Speed {
  private static final int WARM_UP = 5;

  private Speed() {}

  /**
   * The median of several measurements.
   *
   * @param tokensPerSecond of the median
   * @param spread largest over smallest measurement − 1
   * @param loss of the last step
   */
  record Result(double tokensPerSecond, double spread, double loss) {}

  /** Trains {@code rounds} times {@code steps} steps. */
  static Result measure(Device device, Gpt2 model, int rounds, int steps) {
    double[] seconds = new double[rounds];
    double loss = Double.NaN;
    try (DeviceTrainer trainer = model.trainer(device)) {
      trainer.train(Gpt2.order(WARM_UP, 0), () -> false);
      device.synchronize();
      for (int r = 0; r < rounds; r++) {
        long began = System.nanoTime();
        long from = WARM_UP + (long) r * steps;
        loss = trainer.train(Gpt2.order(steps, from), () -> false).lastLoss();
        device.synchronize();
        seconds[r] = (System.nanoTime() - began) / 1e9;
      }
    }
    Arrays.sort(seconds);
    double tokens = (double) steps * model.tokensPerStep();
    return new Result(tokens / seconds[rounds / 2], seconds[rounds - 1] / seconds[0] - 1, loss);
  }
}
