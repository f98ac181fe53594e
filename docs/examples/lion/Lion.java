package org.example;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.OuterProvider;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;

/**
 * Lion (Chen et al. 2023, arXiv 2302.06675, algorithm 2) on pseudo-gradients: with g = Δ,
 *
 * <pre>x ← x − w·η·(sign(β1·m + (1 − β1)·g) + λ·x),   m ← β2·m + (1 − β2)·g</pre>
 *
 * <p>Every element moves by w·η, however large the push: a worker whose loss explodes cannot drag
 * the model along. One vector of state, where AdamW keeps two.
 */
public final class Lion implements OuterProvider {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  @Override
  public OuterOptimizer create(Request request) {
    return new Optimizer(request);
  }

  private static final class Optimizer implements OuterOptimizer {
    private final float rate;
    private final float beta1;
    private final float beta2;
    private final float decay;
    private final FlatVector momentum;
    private long counter;

    Optimizer(Request r) {
      rate = (float) r.rate();
      beta1 = (float) r.number("beta1", 0.9);
      beta2 = (float) r.number("beta2", 0.99);
      decay = (float) r.weightDecay();
      momentum = r.precision().zeros(r.length());
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "beta1=" + beta1 + ", beta2=" + beta2 + " (expected 0 <= beta < 1)");
      }
    }

    @Override
    public void apply(FlatVector parameters, FlatVector[] pushes, double[] weights, int count) {
      for (int j = 0; j < count; j++) {
        step(numbers(parameters), numbers(momentum), numbers(pushes[j]), (float) weights[j]);
        counter++;
      }
    }

    private void step(MemorySegment x, MemorySegment m, MemorySegment g, float weight) {
      long n = x.byteSize() / Float.BYTES;
      for (long i = 0; i < n; i++) {
        float push = g.getAtIndex(F32, i);
        float mean = m.getAtIndex(F32, i);
        float at = x.getAtIndex(F32, i);
        float way = Math.signum(beta1 * mean + (1 - beta1) * push) + decay * at;
        x.setAtIndex(F32, i, at - weight * rate * way);
        m.setAtIndex(F32, i, beta2 * mean + (1 - beta2) * push);
      }
    }

    private static MemorySegment numbers(FlatVector vector) {
      return ((Float32Vector) vector).segment();
    }

    @Override
    public long counter() {
      return counter;
    }

    /** Saved with every checkpoint under this name. */
    @Override
    public SequencedMap<String, FlatVector> vectors() {
      SequencedMap<String, FlatVector> state = new LinkedHashMap<>();
      state.put("lion_m", momentum);
      return state;
    }

    @Override
    public void restoreCounter(long saved) {
      counter = saved;
    }

    @Override
    public int period() {
      return 1;
    }

    /** Not linear in the push. */
    @Override
    public double displacement(double weight) {
      return Double.NaN;
    }
  }
}
