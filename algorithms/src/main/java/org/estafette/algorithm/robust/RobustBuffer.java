package org.estafette.algorithm.robust;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/**
 * The buffered rules (FedBuff, buffered Nesterov) with a robust aggregate in place of the mean: N
 * weighted pushes are kept, then their aggregate makes one step of the rule within; the parameters
 * stand still in between. Takes N vectors of memory.
 */
public final class RobustBuffer implements OuterOptimizer {
  private final OuterOptimizer within;
  private final Aggregation aggregation;
  private final FlatVector[] buffer;
  private final FlatVector[] aggregate;
  private final double[] one = {1};
  private final double[] weights;
  private long counter;

  /**
   * A buffer that is empty.
   *
   * @param within takes each aggregate as one push
   * @param period N, pushes of an aggregate
   */
  public RobustBuffer(
      OuterOptimizer within, Aggregation aggregation, int period, long length, Precision p) {
    this.within = within;
    this.aggregation = aggregation;
    this.buffer = new FlatVector[period];
    Arrays.setAll(buffer, i -> p.zeros(length));
    this.aggregate = new FlatVector[] {p.zeros(length)};
    this.weights = new double[period];
  }

  @Override
  public void apply(FlatVector parameters, FlatVector[] pushes, double[] factors, int count) {
    for (int j = 0; j < count; j++) {
      FlatVector slot = buffer[(int) (counter % buffer.length)];
      slot.copyFrom(pushes[j]);
      slot.scale(factors[j]);
      counter++;
      if (counter % buffer.length == 0) {
        Arrays.fill(weights, 1.0 / buffer.length);
        aggregation.aggregate(aggregate[0], buffer, weights, buffer.length);
        within.apply(parameters, aggregate, one, 1);
      }
    }
  }

  @Override
  public long counter() {
    return counter;
  }

  @Override
  public SequencedMap<String, FlatVector> vectors() {
    SequencedMap<String, FlatVector> map = new LinkedHashMap<>(within.vectors());
    for (int i = 0; i < buffer.length; i++) {
      map.put("buffered-" + i, buffer[i]);
    }
    return map;
  }

  @Override
  public void restoreCounter(long saved) {
    counter = saved;
    within.restoreCounter(saved / buffer.length);
  }

  @Override
  public int period() {
    return buffer.length;
  }

  @Override
  public double displacement(double weight) {
    return within.displacement(weight) / buffer.length;
  }
}
