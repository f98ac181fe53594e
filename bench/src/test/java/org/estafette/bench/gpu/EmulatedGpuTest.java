package org.estafette.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceMemoryException;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.device.PendingCopy;
import org.estafette.device.cuda.Emulation;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernels as they are, compiled by g++ and run by the CPU. */
class EmulatedGpuTest extends GpuContract {
  private static final long MEMORY = 1L << 30;

  @Override
  Device open(ComputePrecision precision) {
    return emulation(0).open(precision);
  }

  static Emulation emulation(int order) {
    assumeTrue(
        Emulation.possible(),
        "skipped: GPU kernels are emulated with g++ on x86-64 Linux, and there is none here");
    return new Emulation(MEMORY, order);
  }

  @Test
  void aStartedCopyShouldHoldWhatWasThereThoughTheDeviceWorksOn() {
    try (Device device = open(ComputePrecision.BFLOAT16);
        DeviceArena arena = device.allocate("test", 3000)) {
      DeviceVector source = arena.all().slice(0, 1000);
      DeviceVector other = arena.all().slice(1000, 1000);
      Float32Vector target = Float32Vector.allocate(1000);
      device.fill(source, 3);
      device.scale(source, 2);
      PendingCopy copy = device.startDownload(source, target);
      device.fill(other, 5);
      device.axpy(1, source, other);
      assertThat(target.get(999)).as("not there before it is awaited").isZero();
      copy.await();
      assertThat(target.get(0)).isEqualTo(6);
      assertThat(target.get(999)).isEqualTo(6);
      assertThat(device.squaredNorm(other)).isEqualTo(121_000);
    }
  }

  @Test
  void aStartedUploadShouldBringWhatIsInTheHostWhenItIsAwaited() {
    try (Device device = open(ComputePrecision.BFLOAT16);
        DeviceArena arena = device.allocate("test", 3000)) {
      DeviceVector target = arena.all().slice(0, 1000);
      DeviceVector other = arena.all().slice(1000, 1000);
      Float32Vector source = Float32Vector.allocate(1000);
      source.fill(3);
      device.fill(target, 7);
      PendingCopy copy = device.startUpload(source, target);
      device.fill(other, 5);
      assertThat(copy.arrived()).as("nothing has waited for it").isFalse();
      assertThat(device.squaredNorm(other)).isEqualTo(25_000);
      copy.await();
      assertThat(copy.arrived()).isTrue();
      device.axpy(2, target, other);
      assertThat(device.squaredNorm(other)).isEqualTo(121_000);
      assertThat(device.squaredNorm(target)).isEqualTo(9_000);
    }
  }

  /** Copies are as late as the API allows, and the gradient's place is written meanwhile. */
  @Test
  void aRoundWhoseBaseComesBesideItsStepsShouldBeAsOnTheCpu() {
    try (Device gpu = open(ComputePrecision.FLOAT32);
        Device cpu = Devices.open("cpu")) {
      float[][] there = overlappedRound(gpu);
      float[][] here = overlappedRound(cpu);
      for (int part = 0; part < here.length; part++) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < here[part].length; i++) {
          difference += Math.pow(there[part][i] - here[part][i], 2);
          norm += Math.pow(here[part][i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).as("part %d", part).isLessThan(2e-3);
      }
    }
  }

  /** Both pseudo-gradients of two rounds, the second of which has its base after two steps. */
  private static float[][] overlappedRound(Device device) {
    Gpt2 model = Gpt2.small(1);
    try (DeviceTrainer trainer = model.trainer(device, true)) {
      int n = (int) trainer.dimension();
      trainer.train(Gpt2.order(3, 0), () -> false);
      Float32Vector first = Float32Vector.allocate(n);
      PendingCopy leaving = trainer.startPseudoGradient(first);
      trainer.goOn();
      Float32Vector base = model.start(device);
      PendingCopy[] coming = {null};
      int[] step = {0};
      trainer.train(
          Gpt2.order(4, 3),
          () -> {
            int s = step[0]++;
            if (s == 1) {
              leaving.await();
              base.axpy(-0.5, first);
              coming[0] = trainer.bring(base);
            } else if (s == 2) {
              coming[0].await();
              trainer.rebase();
            }
            return false;
          });
      Float32Vector second = Float32Vector.allocate(n);
      trainer.pseudoGradient(second);
      float[][] both = new float[2][n];
      for (int i = 0; i < n; i++) {
        both[0][i] = (float) first.get(i);
        both[1][i] = (float) second.get(i);
      }
      return both;
    }
  }

  @Test
  void aVectorThatComesAgainShouldBeCopiedDirectlyAndRightly() {
    try (Device device = open(ComputePrecision.FLOAT32);
        DeviceArena arena = device.allocate("test", 300_000)) {
      Float32Vector host = Float32Vector.allocate(300_000);
      for (int round = 1; round <= 4; round++) {
        host.fill(round);
        device.upload(host, arena.all());
        host.fill(-1);
        device.scale(arena.all(), 10);
        device.download(arena.all(), host);
        assertThat(host.get(0)).isEqualTo(10 * round);
        assertThat(host.get(299_999)).isEqualTo(10 * round);
      }
    }
  }

  @Test
  void aVectorThatIsLargerThanAllStagingShouldBeCopiedRightly() {
    try (Device device = open(ComputePrecision.FLOAT32);
        DeviceArena arena = device.allocate("test", 3_000_001)) {
      float[] numbers = new float[3_000_001];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = i;
      }
      device.upload(numbers, 0, numbers.length, arena.all());
      float[] back = new float[numbers.length];
      device.download(arena.all(), back, back.length);
      assertThat(back).isEqualTo(numbers);
    }
  }

  @Test
  void severalWorkersShouldShareAGpuAndGiveTheBitsThatEachGivesAlone() throws Exception {
    try (Device device = open(ComputePrecision.BFLOAT16)) {
      float[] alone = losses(Curve.train(device, 3));
      List<CompletableFuture<float[]>> together = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        CompletableFuture<float[]> result = new CompletableFuture<>();
        together.add(result);
        Thread.ofPlatform()
            .start(() -> result.completeAsync(() -> losses(Curve.train(device, 3)), Runnable::run));
      }
      for (CompletableFuture<float[]> result : together) {
        assertThat(result.get(2, TimeUnit.MINUTES)).isEqualTo(alone);
      }
    }
  }

  /** As where one thread makes the trainers of several GPUs. */
  @Test
  void oneThreadShouldWorkWithSeveralGpusInTurn() {
    Emulation emulation = emulation(0);
    try (Device first = emulation.open(0, ComputePrecision.BFLOAT16);
        Device second = emulation.open(1, ComputePrecision.BFLOAT16)) {
      Float32Vector host = Float32Vector.allocate(300_000);
      for (int round = 1; round <= 3; round++) {
        long before = emulation.used(0);
        try (DeviceArena a = first.allocate("test", 300_000);
            DeviceArena b = second.allocate("test", 300_000)) {
          assertThat(emulation.used(0) - before).isGreaterThanOrEqualTo(1_800_000);
          host.fill(round);
          first.upload(host, a.all());
          second.upload(host, b.all());
          first.scale(a.all(), 2);
          second.scale(b.all(), 3);
          assertThat(first.squaredNorm(a.all())).isEqualTo(4.0 * round * round * 300_000);
          assertThat(second.squaredNorm(b.all())).isEqualTo(9.0 * round * round * 300_000);
          PendingCopy copy = first.startDownload(a.all(), host);
          second.scale(b.all(), 2);
          copy.await();
          assertThat(host.get(299_999)).isEqualTo(2 * round);
          second.download(b.all(), host);
          assertThat(host.get(299_999)).isEqualTo(6 * round);
        }
      }
    }
    assertThat(emulation.used()).isZero();
  }

  @Test
  void moreVectorsThanArePinnedShouldTravelAtOnceAndRightly() {
    try (Device device = open(ComputePrecision.FLOAT32);
        DeviceArena arena = device.allocate("test", 40_000)) {
      List<Float32Vector> targets = new ArrayList<>();
      List<PendingCopy> copies = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        DeviceVector source = arena.all().slice(1000L * i, 1000);
        device.fill(source, i);
        targets.add(Float32Vector.allocate(1000));
        copies.add(device.startDownload(source, targets.get(i)));
      }
      copies.forEach(PendingCopy::await);
      for (int i = 0; i < 40; i++) {
        assertThat(targets.get(i).get(999)).isEqualTo(i);
      }
    }
  }

  private static float[] losses(List<float[]> all) {
    float[] losses = new float[all.size()];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = all.get(i)[0];
    }
    return losses;
  }

  @Test
  void tooLittleMemoryShouldBeSaidWithTheNumbers() {
    try (Device device = open(ComputePrecision.FLOAT32)) {
      assertThatThrownBy(() -> device.allocate("activations of a large model", 400_000_000))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining(
              "cuda:0: activations of a large model needs 1,667,108,864 bytes with 67,108,864 of"
                  + " working space, and ")
          .hasMessageContaining(" of 1,073,741,824 bytes are free");
    }
  }

  @Test
  void aTrainerThatDoesNotFitShouldSayBothPartsAndTheTotalAndHoldNothing() {
    Emulation emulation = emulation(0);
    Gpt2 large = new Gpt2(new GptConfig(150_000, 1024, 1, 2, 16, true), 2);
    try (Device device = emulation.open(ComputePrecision.FLOAT32);
        Gpt gpt = new Gpt(device, large.config(), large.batch())) {
      long vectors = 5 * large.config().layout().length();
      long all = (vectors + 63) / 64 * 64 + gpt.memory().elements();
      assertThatThrownBy(() -> large.trainer(device))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining(
              String.format(
                  Locale.ROOT,
                  "cuda:0: a trainer with parameters, gradient and moments of %s (%,d elements) and"
                      + " activations of %s for 2048 tokens (%,d elements) needs %,d bytes with"
                      + " 67,108,864 of working space, and ",
                  large.config().layout(),
                  vectors,
                  large.config(),
                  gpt.memory().elements(),
                  (4 * all + 255) / 256 * 256 + (64 << 20)))
          .hasMessageContaining(" of 1,073,741,824 bytes are free");
    }
    assertThat(emulation.used()).isZero();
  }

  @Test
  void nothingShouldBeAllocatedAfterTheTrainersArena() {
    Emulation emulation = emulation(0);
    Gpt2 model = Gpt2.small(2);
    try (Device device = emulation.open(ComputePrecision.BFLOAT16)) {
      try (DeviceTrainer trainer = model.trainer(device, true)) {
        long before = emulation.used();
        int allocations = emulation.allocations();
        trainer.train(Gpt2.order(2, 0), () -> false);
        Float32Vector host = Float32Vector.allocate(trainer.dimension());
        trainer.startPseudoGradient(host).await();
        trainer.bring(host).await();
        trainer.validate(1);
        assertThat(emulation.used()).isEqualTo(before);
        assertThat(emulation.allocations()).as("the lane's and the arena").isEqualTo(allocations);
        assertThat(allocations).isEqualTo(2);
      }
    }
  }

  @Test
  void aVectorOfAnotherDeviceOrTooShortShouldBeRefusedBeforeAnythingChanges() {
    try (Device device = open(ComputePrecision.BFLOAT16);
        DeviceArena arena = device.allocate("test", 64)) {
      DeviceVector x = arena.all().slice(0, 5);
      assertThatThrownBy(() -> device.addBias(x, arena.all(), 2, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("x: length=5 (expected >= 6)");
      assertThatThrownBy(() -> device.scale(new DeviceVector(4096, 16), 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("x is not in this device's memory");
    }
  }

  @Test
  @Tag("nightly")
  void everyKernelShouldBeRunByTheCasesAndAllMemoryGivenBack() {
    Emulation emulation = emulation(1);
    for (ComputePrecision precision : ComputePrecision.values()) {
      try (Device device = emulation.open(precision)) {
        Correctness correctness = new Correctness(device, precision);
        assertThat(correctness.operations(7)).allMatch(Agreement::holds);
        assertThat(correctness.models(7)).allMatch(Agreement::holds);
      }
    }
    assertThat(emulation.ran()).doesNotContainValue(0);
    assertThat(emulation.used()).isZero();
  }
}
