package org.estafette.simulation;

import java.util.SplittableRandom;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Mlp;
import org.estafette.algorithm.model.MlpConfig;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Precision;

/** Small things to train. */
final class Tasks {
  private Tasks() {}

  interface Task {
    long dimension();

    Precision precision();

    void start(FlatVector x);

    LocalTrainer trainer();
  }

  /** A perceptron on rows of noise with AdamW, in float32. */
  static Task mlp() {
    return new Perceptron();
  }

  private static final class Perceptron implements Task {
    private static final MlpConfig CONFIG = MlpConfig.of(MlpConfig.Activation.RELU, 3, 4, 2);
    private final Device device = Devices.open("cpu");

    @Override
    public long dimension() {
      return CONFIG.layout().length();
    }

    @Override
    public Precision precision() {
      return Precision.FLOAT32;
    }

    @Override
    public void start(FlatVector x) {
      try (Mlp model = new Mlp(device, CONFIG, 1)) {
        model.initialize((Float32Vector) x, 3);
      }
    }

    @Override
    public LocalTrainer trainer() {
      return new DeviceTrainer(
          device,
          new Mlp(device, CONFIG, 2),
          new Noise(),
          2,
          TrainerOptions.of(InnerOptimizer.AdamW.withDefaults(0.1), LearningRate.constant(1e-2)));
    }
  }

  private record Noise() implements Dataset {
    @Override
    public int shards() {
      return 3;
    }

    @Override
    public long shardTokens(int shard) {
      return 100;
    }

    @Override
    public Batch newBatch(int size) {
      return Batch.Rows.of(size, 3);
    }

    @Override
    public void fill(Batch batch, int shard, long step) {
      Batch.Rows rows = (Batch.Rows) batch;
      SplittableRandom random = new SplittableRandom(1000L * shard + step);
      for (int i = 0; i < rows.features().length; i++) {
        rows.features()[i] = (float) random.nextDouble(-1, 1);
      }
      for (int r = 0; r < rows.size(); r++) {
        rows.labels()[r] = rows.features()[3 * r] > 0 ? 1 : 0;
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

  /** f_s(x) = ½ Σ (j+1)·(x_j − s)², one a shard, in float64. */
  static Task quadratics() {
    return new Counting();
  }

  /** The same; counts the rounds that were trained. */
  static Task counting() {
    return new Counting();
  }

  static final class Counting implements Task {
    private int rounds;
    private long lastStart = -1;

    int rounds() {
      return rounds;
    }

    @Override
    public long dimension() {
      return 4;
    }

    @Override
    public Precision precision() {
      return Precision.FLOAT64;
    }

    @Override
    public void start(FlatVector x) {
      x.fill(5);
    }

    @Override
    public LocalTrainer trainer() {
      ReferenceTrainer inner =
          new ReferenceTrainer(
              4,
              (shard, step, x, g) -> {
                double loss = 0;
                for (int j = 0; j < 4; j++) {
                  double d = x.get(j) - shard - 0.01 * (step % 3);
                  g.set(j, (j + 1) * d);
                  loss += 0.5 * (j + 1) * d * d;
                }
                return loss;
              },
              t -> 0.02 / (1 + 0.001 * t));
      return new CountingTrainer(inner, () -> rounds++);
    }
  }

  private record CountingTrainer(ReferenceTrainer inner, Runnable trained) implements LocalTrainer {
    @Override
    public long dimension() {
      return inner.dimension();
    }

    @Override
    public Precision precision() {
      return inner.precision();
    }

    @Override
    public void load(FlatVector parameters) {
      inner.load(parameters);
    }

    @Override
    public org.estafette.algorithm.train.TrainedRound train(
        org.estafette.algorithm.train.TrainOrder order,
        java.util.function.BooleanSupplier interrupted) {
      trained.run();
      return inner.train(order, interrupted);
    }

    @Override
    public void pseudoGradient(FlatVector into) {
      inner.pseudoGradient(into);
    }

    @Override
    public void goOn() {
      inner.goOn();
    }

    @Override
    public org.estafette.device.PendingCopy bring(FlatVector parameters) {
      return inner.bring(parameters);
    }

    @Override
    public void rebase() {
      inner.rebase();
    }

    @Override
    public org.estafette.algorithm.train.TrainerState state() {
      return inner.state();
    }

    @Override
    public void restore(org.estafette.algorithm.train.TrainerState state) {
      inner.restore(state);
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
