package org.estafette.algorithm.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.kernel.BlockQuantizer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;

class DeviceTrainerTest {
  private static final GptConfig CONFIG = new GptConfig(17, 12, 2, 2, 16, true);
  private static final InnerOptimizer ADAM = InnerOptimizer.AdamW.withDefaults(0.1);

  private final Device device = Devices.open("cpu");

  /** A text that repeats itself: 17 tokens in steps that depend on shard and step. */
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
        t.inputs()[i] = (int) ((i * 3L + step + 5L * shard) % 17);
        t.targets()[i] = (t.inputs()[i] + 3) % 17;
      }
    }

    @Override
    public void fillValidation(Batch batch, long step) {
      fill(batch, 0, 100 + step);
    }

    @Override
    public long validationBatches(int batchSize) {
      return 3;
    }
  }

  private DeviceTrainer trainer(TrainerOptions options) {
    DeviceTrainer trainer =
        new DeviceTrainer(device, new Gpt(device, CONFIG, 3), new Cycle(), 3, options);
    trainer.load(start());
    return trainer;
  }

  private Float32Vector start() {
    Float32Vector x = Float32Vector.allocate(CONFIG.layout().length());
    try (Gpt gpt = new Gpt(device, CONFIG, 1)) {
      gpt.initialize(x, 3);
    }
    return x;
  }

  private static TrainerOptions adam() {
    return TrainerOptions.of(ADAM, LearningRate.constant(1e-2));
  }

  private static TrainOrder order(int steps, long from) {
    return new TrainOrder(steps, 1, from, from, 1);
  }

  private static FlatVector delta(DeviceTrainer trainer) {
    FlatVector delta = Precision.FLOAT32.zeros(trainer.dimension());
    trainer.pseudoGradient(delta);
    return delta;
  }

  private static void assertSameBits(FlatVector a, FlatVector b) {
    for (long i = 0; i < a.length(); i++) {
      assertThat(a.get(i)).as("element %d", i).isEqualTo(b.get(i));
    }
  }

  @Test
  void shouldLearn() {
    try (DeviceTrainer trainer = trainer(adam())) {
      double before = trainer.validate(3);
      TrainedRound round = trainer.train(order(60, 0), () -> false);
      assertThat(round.steps()).isEqualTo(60);
      assertThat(round.tokens()).isEqualTo(60L * 3 * 12);
      assertThat(round.lastLoss()).isLessThan(0.5 * before);
      assertThat(round.meanLoss()).isBetween(round.lastLoss(), before);
      assertThat(trainer.validate(3)).isLessThan(0.5 * before);
    }
  }

  @Test
  void shouldGiveTheSameBitsForTheSameOrders() {
    try (DeviceTrainer one = trainer(adam());
        DeviceTrainer other = trainer(adam())) {
      assertThat(other.train(order(7, 0), () -> false))
          .isEqualTo(one.train(order(7, 0), () -> false));
      assertSameBits(delta(other), delta(one));
    }
  }

  @Test
  void shouldForgetARoundThatDiverged() {
    try (DeviceTrainer spoilt = trainer(adam());
        DeviceTrainer fresh = trainer(adam())) {
      spoilt.train(order(3, 0), () -> false);
      FlatVector wrong = start();
      wrong.set(5, Double.NaN);
      spoilt.load(wrong);
      assertThat(spoilt.train(order(3, 3), () -> false).meanLoss()).isNaN();
      assertThat(delta(spoilt).isFinite()).isFalse();
      spoilt.load(start());
      assertThat(spoilt.train(order(3, 6), () -> false))
          .isEqualTo(fresh.train(order(3, 6), () -> false));
      assertSameBits(delta(spoilt), delta(fresh));
    }
  }

  @Test
  void shouldGoOnFromASavedStateBitForBit() {
    try (DeviceTrainer whole = trainer(adam());
        DeviceTrainer resumed = trainer(adam())) {
      whole.train(order(4, 0), () -> false);
      FlatVector middle = start();
      middle.axpy(-1, delta(whole));
      TrainerState state = whole.state();
      whole.load(middle);
      whole.train(order(4, 4), () -> false);
      resumed.restore(state);
      resumed.load(middle);
      resumed.train(order(4, 4), () -> false);
      assertThat(state.optimizerStep()).isEqualTo(4);
      assertSameBits(delta(resumed), delta(whole));
    }
  }

  @Test
  void pseudoGradientShouldBeParametersBeforeMinusAfterInEitherPrecision() {
    try (DeviceTrainer trainer =
        trainer(TrainerOptions.of(new InnerOptimizer.Sgd(0), LearningRate.constant(0.5)))) {
      trainer.train(order(1, 0), () -> false);
      FlatVector delta = delta(trainer);
      FlatVector wide = Precision.FLOAT64.zeros(trainer.dimension());
      trainer.pseudoGradient(wide);
      assertSameBits(wide, delta);
      assertThat(delta.squaredNorm()).isPositive();
    }
  }

  @Test
  void shouldStopBetweenStepsWhenInterrupted() {
    try (DeviceTrainer trainer = trainer(adam())) {
      AtomicInteger asked = new AtomicInteger();
      TrainedRound round = trainer.train(order(10, 0), () -> asked.incrementAndGet() > 3);
      assertThat(round.steps()).isEqualTo(3);
      TrainedRound none = trainer.train(order(10, 0), () -> true);
      assertThat(none.steps()).isZero();
      assertThat(none.meanLoss()).isNaN();
    }
  }

  @Test
  void shouldMoveThroughTheScheduleByTheOrdersStride() {
    List<Double> asked = new java.util.ArrayList<>();
    LearningRate schedule =
        at -> {
          asked.add(at);
          return 1e-3;
        };
    try (DeviceTrainer trainer = trainer(TrainerOptions.of(ADAM, schedule))) {
      trainer.train(new TrainOrder(3, 0, 0, 10, 2.5), () -> false);
    }
    assertThat(asked).containsExactly(10.0, 12.5, 15.0);
  }

  @Test
  void shouldForgetItsMomentsAtARoundsBeginningOnlyIfToldTo() {
    TrainerOptions forgetting = new TrainerOptions(ADAM, LearningRate.constant(1e-2), 0, true);
    try (DeviceTrainer keeping = trainer(adam());
        DeviceTrainer trainer = trainer(forgetting)) {
      for (DeviceTrainer t : List.of(keeping, trainer)) {
        t.train(order(5, 0), () -> false);
        t.load(start());
        t.train(order(1, 5), () -> false);
      }
      assertThat(keeping.state().optimizerStep()).isEqualTo(6);
      assertThat(trainer.state().optimizerStep()).isEqualTo(1);
      FlatVector difference = delta(keeping);
      difference.axpy(-1, delta(trainer));
      assertThat(difference.squaredNorm()).isPositive();
    }
  }

  @Test
  void clippingShouldBoundTheStepOfSgdByRateTimesNorm() {
    TrainerOptions options =
        new TrainerOptions(new InnerOptimizer.Sgd(0), LearningRate.constant(1), 1e-3, false);
    try (DeviceTrainer trainer = trainer(options)) {
      trainer.train(order(1, 0), () -> false);
      assertThat(Math.sqrt(delta(trainer).squaredNorm())).isCloseTo(1e-3, within(1e-5));
    }
  }

  @Test
  void shouldRefuseAStateOfAnotherOptimizer() {
    try (DeviceTrainer trainer = trainer(adam())) {
      assertThatThrownBy(() -> trainer.restore(new TrainerState(3, List.of())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("state with 0 moments (expected 2");
    }
  }

  private DeviceTrainer beside() {
    DeviceTrainer trainer =
        new DeviceTrainer(device, new Gpt(device, CONFIG, 3), new Cycle(), 3, adam(), true);
    trainer.load(start());
    return trainer;
  }

  @Test
  void goingOnFromAnUnchangedBaseShouldBeOneRoundBitForBit() {
    try (DeviceTrainer whole = trainer(adam());
        DeviceTrainer parts = beside()) {
      whole.train(order(12, 0), () -> false);
      FlatVector sum = delta(whole);
      parts.train(order(5, 0), () -> false);
      FlatVector first = Precision.FLOAT32.zeros(parts.dimension());
      parts.startPseudoGradient(first).await();
      parts.goOn();
      // What the parameters are now, as their difference from zero says.
      FlatVector base = Precision.FLOAT32.zeros(parts.dimension());
      base.difference(start(), first);
      AtomicInteger asked = new AtomicInteger();
      Float32Vector now = Float32Vector.allocate(parts.dimension());
      TrainedRound round =
          parts.train(
              order(7, 5),
              () -> {
                if (asked.getAndIncrement() == 3) {
                  try (var copy = device.startDownload(parts.parameters(), now)) {
                    copy.await();
                  }
                }
                return false;
              });
      assertThat(round.steps()).isEqualTo(7);
      FlatVector second = delta(parts);
      for (long i = 0; i < sum.length(); i++) {
        assertThat(first.get(i) + second.get(i)).isCloseTo(sum.get(i), within(1e-6));
      }
      assertSameBits(download(whole), download(parts));
    }
  }

  private FlatVector download(DeviceTrainer trainer) {
    Float32Vector x = Float32Vector.allocate(trainer.dimension());
    device.download(trainer.parameters(), x);
    return x;
  }

  @Test
  void aBaseThatComesBetweenStepsShouldShiftTheParametersAndKeepTheSteps() {
    for (boolean beside : new boolean[] {false, true}) {
      try (DeviceTrainer trainer = beside ? beside() : trainer(adam())) {
        trainer.train(order(4, 0), () -> false);
        FlatVector y = download(trainer);
        FlatVector first = Precision.FLOAT32.zeros(trainer.dimension());
        trainer.startPseudoGradient(first).await();
        trainer.goOn();
        FlatVector base = start();
        base.axpy(0.01, y);
        FlatVector[] around = new FlatVector[2];
        AtomicInteger asked = new AtomicInteger();
        trainer.train(
            order(5, 4),
            () -> {
              if (asked.getAndIncrement() == 2) {
                around[0] = download(trainer);
                trainer.bring(base).await();
                trainer.rebase();
                around[1] = download(trainer);
              }
              return false;
            });
        FlatVector end = download(trainer);
        FlatVector second = delta(trainer);
        for (long i = 0; i < y.length(); i++) {
          double shift = base.get(i) - y.get(i);
          assertThat(around[1].get(i) - around[0].get(i)).isCloseTo(shift, within(1e-6));
          // Δ = x − y, and so minus all steps of the round.
          assertThat(second.get(i)).isCloseTo(base.get(i) - end.get(i), within(1e-6));
        }
        // The same base again changes no bit.
        trainer.goOn();
        trainer.bring(end).await();
        trainer.rebase();
        assertSameBits(download(trainer), end);
      }
    }
  }

  private static FlatVector rounded(DeviceTrainer trainer, int steps, long from) {
    trainer.train(order(steps, from), () -> false);
    return delta(trainer);
  }

  private static boolean packs(int bits, FlatVector delta) {
    Float32Vector from = (Float32Vector) delta;
    Float32Vector to = Float32Vector.allocate(delta.length());
    return BlockQuantizer.of(bits).pack(from.address(), delta.length(), to.address());
  }

  private DeviceTrainer rounding(int bits, long seed) {
    return trainer(
        new TrainerOptions(
            ADAM, LearningRate.constant(1e-2), 0, false, new Quantization(bits, seed)));
  }

  @Test
  void aQuantizedPseudoGradientShouldBeNearAndTheSameForTheSameRoundOnly() {
    try (DeviceTrainer plain = trainer(adam());
        DeviceTrainer one = rounding(8, 1);
        DeviceTrainer same = rounding(8, 1);
        DeviceTrainer otherSeed = rounding(8, 2)) {
      FlatVector exact = rounded(plain, 6, 0);
      FlatVector q = rounded(one, 6, 0);
      assertSameBits(q, rounded(same, 6, 0));
      FlatVector r = rounded(otherSeed, 6, 0);
      FlatVector error = Precision.FLOAT32.zeros(q.length());
      error.difference(q, exact);
      double first = Math.sqrt(error.squaredNorm());
      assertThat(first).isPositive().isLessThan(0.02 * Math.sqrt(exact.squaredNorm()));
      error.difference(q, r);
      assertThat(Math.sqrt(error.squaredNorm())).as("another seed").isGreaterThan(0.5 * first);
      assertSameBits(q, delta(one));
      assertThat(packs(8, q)).as("can be sent packed").isTrue();
      assertThat(packs(8, exact)).isFalse();
      assertThat(new Quantization(8, 1).key(1, 0)).isNotEqualTo(new Quantization(8, 1).key(1, 6));
      assertThat(new Quantization(8, 1).key(1, 0)).isNotEqualTo(new Quantization(8, 1).key(2, 0));
    }
  }

  @Test
  void aQuantizedPseudoGradientThatLeavesBesideTheStepsShouldBeTheSame() {
    TrainerOptions options =
        new TrainerOptions(ADAM, LearningRate.constant(1e-2), 0, false, new Quantization(4, 9));
    try (DeviceTrainer waits = trainer(options);
        DeviceTrainer goesOn =
            new DeviceTrainer(device, new Gpt(device, CONFIG, 3), new Cycle(), 3, options, true)) {
      goesOn.load(start());
      FlatVector left = rounded(waits, 5, 0);
      goesOn.train(order(5, 0), () -> false);
      FlatVector into = Precision.FLOAT32.zeros(goesOn.dimension());
      goesOn.startPseudoGradient(into).await();
      assertSameBits(into, left);
      assertThat(packs(4, into)).as("can be sent packed").isTrue();
    }
  }
}
