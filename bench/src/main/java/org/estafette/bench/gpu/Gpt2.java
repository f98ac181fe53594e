package org.estafette.bench.gpu;

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

/**
 * GPT-2 of 124 million parameters, context 1024, trained with AdamW on text by a formula. The
 * vocabulary is 50,304, as nanoGPT pads it: the next multiple of 64 above GPT-2's 50,257.
 *
 * @param config the sizes
 * @param batch sequences of a step
 */
record Gpt2(GptConfig config, int batch) {
  static Gpt2 of124Million(int batch) {
    return new Gpt2(new GptConfig(50_304, 1024, 12, 12, 768, true), batch);
  }

  /** A small one, for trying the check itself. */
  static Gpt2 small(int batch) {
    return new Gpt2(new GptConfig(96, 32, 2, 2, 64, true), batch);
  }

  int tokensPerStep() {
    return batch * config.context();
  }

  /**
   * Floating-point operations of a token, forward and backward: 6 for each parameter that takes
   * part in a product (the positions do not), and 12·layers·width·context for attention (Chowdhery
   * et al., 2022), not halved for its causality, as is usual.
   */
  double operationsPerToken() {
    double parameters =
        (double) config.layout().parameters() - (double) config.context() * config.width();
    return 6 * parameters + 12.0 * config.layers() * config.width() * config.context();
  }

  /** A trainer with the model's first parameters. */
  DeviceTrainer trainer(Device device) {
    return trainer(device, false);
  }

  /**
   * A trainer with the model's first parameters.
   *
   * @param beside whether updates travel while it takes steps
   */
  DeviceTrainer trainer(Device device, boolean beside) {
    TrainerOptions options =
        new TrainerOptions(
            InnerOptimizer.AdamW.withDefaults(0.1), LearningRate.constant(3e-4), 1, false);
    DeviceTrainer trainer =
        new DeviceTrainer(
            device, new Gpt(device, config, batch), new Formula(config), batch, options, beside);
    Float32Vector start = start(device);
    trainer.load(start);
    return trainer;
  }

  /** The model's first parameters. */
  Float32Vector start(Device device) {
    Float32Vector start = Float32Vector.allocate(config.layout().length());
    try (Gpt gpt = new Gpt(device, config, 1)) {
      gpt.initialize(start, 1);
    }
    return start;
  }

  static TrainOrder order(int steps, long from) {
    return new TrainOrder(steps, 0, from, from, 1);
  }

  /** Text by a formula: costs next to nothing and has something to learn. */
  private record Formula(GptConfig config) implements Dataset {
    @Override
    public int shards() {
      return 1;
    }

    @Override
    public long shardTokens(int shard) {
      return Long.MAX_VALUE;
    }

    @Override
    public Batch newBatch(int size) {
      return Batch.Tokens.of(size, config.context());
    }

    @Override
    public void fill(Batch batch, int shard, long step) {
      Batch.Tokens tokens = (Batch.Tokens) batch;
      long state = step * 7919 + 1;
      int last = config.vocabulary() - 1;
      for (int i = 0; i < tokens.inputs().length; i++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        int token = (int) ((state >>> 33) % last);
        tokens.inputs()[i] = token;
        tokens.targets()[i] = (token * 5 + 1) % last;
      }
    }

    @Override
    public void fillValidation(Batch batch, long step) {
      fill(batch, 0, -1 - step);
    }

    @Override
    public long validationBatches(int batchSize) {
      return 1;
    }
  }
}
