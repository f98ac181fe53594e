package org.estafette.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.device.Device;
import org.estafette.memory.Float32Vector;

/** The losses of a short training run, step by step. */
final class Curve {
  private static final GptConfig CONFIG = new GptConfig(17, 24, 2, 2, 64, true);
  private static final int BATCH = 3;

  private Curve() {}

  /** Trains on a device; the losses of its steps, and the parameters' way from the start. */
  static List<float[]> train(Device device, int steps) {
    TrainerOptions options =
        new TrainerOptions(
            InnerOptimizer.AdamW.withDefaults(0.1), LearningRate.constant(3e-3), 1, false);
    List<float[]> losses = new ArrayList<>();
    try (DeviceTrainer trainer =
        new DeviceTrainer(device, new Gpt(device, CONFIG, BATCH), new Cycle(), BATCH, options)) {
      Float32Vector start = Float32Vector.allocate(trainer.dimension());
      try (Gpt gpt = new Gpt(device, CONFIG, 1)) {
        gpt.initialize(start, 3);
      }
      trainer.load(start);
      for (int i = 0; i < steps; i++) {
        TrainOrder order = new TrainOrder(1, 1, i, i, 1);
        losses.add(new float[] {(float) trainer.train(order, () -> false).lastLoss()});
      }
    }
    return losses;
  }

  /** A text that repeats itself. */
  private record Cycle() implements Dataset {
    @Override
    public int shards() {
      return 4;
    }

    @Override
    public long shardTokens(int shard) {
      return 1000;
    }

    @Override
    public Batch newBatch(int size) {
      return Batch.Tokens.of(size, CONFIG.context());
    }

    @Override
    public void fill(Batch batch, int shard, long step) {
      Batch.Tokens t = (Batch.Tokens) batch;
      for (int i = 0; i < t.inputs().length; i++) {
        t.inputs()[i] = (int) ((i * 3L + step + 5L * shard) % CONFIG.vocabulary());
        t.targets()[i] = (t.inputs()[i] + 3) % CONFIG.vocabulary();
      }
    }

    @Override
    public void fillValidation(Batch batch, long step) {
      fill(batch, 0, 100 + step);
    }

    @Override
    public long validationBatches(int batchSize) {
      return 1;
    }
  }
}
