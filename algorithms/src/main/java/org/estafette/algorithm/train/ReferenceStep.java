package org.estafette.algorithm.train;

import java.util.ArrayList;
import java.util.List;
import org.estafette.kernel.AdamStep;
import org.estafette.kernel.LinearStep;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;

/** An inner optimizer's step in float64, with its moments. */
final class ReferenceStep {
  private final InnerOptimizer optimizer;
  private final Float64Vector x;
  private final Float64Vector gradient;
  private final List<FlatVector> moments = new ArrayList<>();
  private final FlatVector[] pushes;
  private final LinearStep[] steps = new LinearStep[1];

  ReferenceStep(InnerOptimizer optimizer, Float64Vector x, Float64Vector gradient) {
    this.optimizer = optimizer;
    this.x = x;
    this.gradient = gradient;
    this.pushes = new FlatVector[] {gradient};
    for (int i = 0; i < optimizer.moments(); i++) {
      moments.add(Float64Vector.zeros(x.length()));
    }
  }

  List<FlatVector> moments() {
    return moments;
  }

  void restore(List<FlatVector> from) {
    if (from.size() != moments.size()) {
      throw new IllegalArgumentException(
          "state with %d moments (expected %d for %s)"
              .formatted(from.size(), moments.size(), optimizer));
    }
    for (int i = 0; i < moments.size(); i++) {
      moments.get(i).copyFrom(from.get(i));
    }
  }

  boolean isFinite() {
    return moments.stream().allMatch(FlatVector::isFinite);
  }

  void forget() {
    moments.forEach(m -> m.fill(0));
  }

  /** One step along {@code gradient}, which is overwritten where weights decay. */
  void apply(double rate, long step) {
    switch (optimizer) {
      case InnerOptimizer.Sgd o -> {
        decay(o.weightDecay());
        x.axpy(-rate, gradient);
      }
      case InnerOptimizer.Momentum o -> {
        decay(o.weightDecay());
        double length = rate * o.gain();
        steps[0] =
            LinearStep.momentum(
                o.momentum(),
                o.intake(),
                o.nesterov() ? length * o.momentum() : length,
                o.nesterov() ? length : 0);
        x.linearSteps(moments.get(0), null, pushes, steps, 1);
      }
      case InnerOptimizer.AdamW o ->
          x.adamStep(
              moments.get(0),
              moments.get(1),
              gradient,
              new AdamStep(rate, o.beta1(), o.beta2(), o.epsilon(), o.weightDecay(), step, 1));
    }
  }

  private void decay(double weightDecay) {
    if (weightDecay != 0) {
      gradient.axpy(weightDecay, x);
    }
  }
}
