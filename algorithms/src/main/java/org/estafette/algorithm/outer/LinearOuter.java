package org.estafette.algorithm.outer;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.estafette.kernel.LinearStep;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;
import org.jspecify.annotations.Nullable;

/** A linear rule with its momentum and buffer. */
public final class LinearOuter implements OuterOptimizer {
  private final OuterRule rule;
  private final @Nullable FlatVector momentum;
  private final @Nullable FlatVector buffer;
  private LinearStep[] steps = new LinearStep[1];
  private long counter;

  /** The rule for vectors of {@code length} elements; momentum and buffer start at 0. */
  public LinearOuter(OuterRule rule, long length, Precision precision) {
    this.rule = rule;
    this.momentum = rule.keepsMomentum() ? precision.zeros(length) : null;
    this.buffer = rule.keepsBuffer() ? precision.zeros(length) : null;
  }

  @Override
  public void apply(FlatVector parameters, FlatVector[] pushes, double[] weights, int count) {
    if (steps.length < count) {
      steps = new LinearStep[count];
    }
    for (int j = 0; j < count; j++) {
      steps[j] = rule.step(counter + j, weights[j]);
    }
    parameters.linearSteps(momentum, buffer, pushes, steps, count);
    counter += count;
  }

  @Override
  public long counter() {
    return counter;
  }

  @Override
  public SequencedMap<String, FlatVector> vectors() {
    SequencedMap<String, FlatVector> map = new LinkedHashMap<>();
    if (momentum != null) {
      map.put("momentum", momentum);
    }
    if (buffer != null) {
      map.put("buffer", buffer);
    }
    return map;
  }

  @Override
  public void restoreCounter(long counter) {
    this.counter = counter;
  }

  @Override
  public int period() {
    return rule.period();
  }

  @Override
  public double displacement(double weight) {
    return rule.displacement(weight);
  }
}
