package org.estafette.algorithm.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forms of momentum: in float64 by their equations, and in float32 on a device alike. */
class MomentumFormsTest {
  private static final double RATE = 0.1;

  static Stream<InnerOptimizer.Momentum> forms() {
    return Stream.of(
        new InnerOptimizer.Momentum(0.9, false, 0.01),
        new InnerOptimizer.Momentum(0.9, true, 0.01),
        InnerOptimizer.Momentum.dampened(0.8, 0.01),
        InnerOptimizer.Momentum.normalised(0.8, 0.01));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void shouldFollowItsEquation(InnerOptimizer.Momentum form) {
    ReferenceTrainer trainer =
        new ReferenceTrainer(1, MomentumFormsTest::slope, step -> RATE, form);
    trainer.load(Float64Vector.of(3));
    trainer.train(new TrainOrder(6, 0, 0, 0, 1), () -> false);
    Float64Vector moved = Float64Vector.zeros(1);
    trainer.pseudoGradient(moved);
    assertThat(3 - moved.get(0)).isCloseTo(expected(form), within(1e-14));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void shouldStepAlikeOnADevice(InnerOptimizer.Momentum form) {
    try (Device device = Devices.open("cpu");
        DeviceArena arena = device.allocate("x, g, m", 48)) {
      DeviceVector x = arena.all().slice(0, 1);
      DeviceVector g = arena.all().slice(16, 1);
      DeviceVector m = arena.all().slice(32, 1);
      OptimizerStep step =
          OptimizerStep.of(device, form, Layout.of("x", 1), x, g, new DeviceVector[] {m});
      Float32Vector number = Float32Vector.allocate(1);
      number.set(0, 3);
      device.upload(number, x);
      for (int t = 1; t <= 6; t++) {
        device.download(x, number);
        number.set(0, 2 * number.get(0) - 1);
        device.upload(number, g);
        step.apply(RATE, t, 1);
      }
      device.download(x, number);
      assertThat(number.get(0)).isCloseTo(expected(form), within(1e-5));
    }
  }

  @Test
  void shouldGoOnFromMomentsThatItIsGiven() {
    ReferenceTrainer trainer =
        new ReferenceTrainer(
            1, (s, k, x, g) -> 0, step -> RATE, new InnerOptimizer.Momentum(0.5, false, 0));
    trainer.restore(new TrainerState(0, List.of(Float64Vector.of(4))));
    trainer.load(Float64Vector.of(3));
    trainer.train(new TrainOrder(1, 0, 0, 0, 1), () -> false);
    assertThat(trainer.state().moments().getFirst().get(0)).isEqualTo(2);
    assertThatThrownBy(() -> trainer.restore(new TrainerState(0, List.of())))
        .hasMessageContaining("0 moments (expected 1");
  }

  @Test
  void shouldRefuseDampingInNesterovsForm() {
    assertThatThrownBy(() -> new InnerOptimizer.Momentum(0.9, true, 0, 0.1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("intake=0.1");
  }

  private static double slope(int shard, long step, Float64Vector x, Float64Vector g) {
    g.set(0, 2 * x.get(0) - 1);
    return 0;
  }

  private static double expected(InnerOptimizer.Momentum form) {
    double x = 3;
    double m = 0;
    for (int t = 0; t < 6; t++) {
      double d = 2 * x - 1 + form.weightDecay() * x;
      m = form.momentum() * m + form.intake() * d;
      x -= RATE * form.gain() * (form.nesterov() ? d + form.momentum() * m : m);
    }
    return x;
  }
}
