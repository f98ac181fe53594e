package org.estafette.algorithm.model;

import org.estafette.kernel.SplitMix64;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;

/**
 * Normal numbers by counter: (seed, tensor) decides a tensor's values, on every platform the same
 * (SplitMix64 and the polar method over StrictMath).
 */
public final class InitialValues {

  private long state;
  private double spare;
  private boolean hasSpare;

  InitialValues(long seed, long key) {
    state = SplitMix64.mix(SplitMix64.mix(seed) + SplitMix64.GOLDEN * (key + 1));
  }

  /** Fills a tensor with normal numbers of that deviation. */
  public static void normal(
      Float32Vector parameters, Layout layout, String name, double deviation, long seed) {
    TensorSpec spec = layout.get(name);
    // The tensor's place in the layout is its key: it does not depend on other tensors' sizes.
    InitialValues random = new InitialValues(seed, layout.tensors().indexOf(spec));
    Float32Vector view = parameters.view(spec);
    for (long i = 0; i < view.length(); i++) {
      view.set(i, deviation * random.nextGaussian());
    }
  }

  /** Fills a tensor with numbers uniform in ±bound. */
  public static void uniform(
      Float32Vector parameters, Layout layout, String name, double bound, long seed) {
    TensorSpec spec = layout.get(name);
    InitialValues random = new InitialValues(seed, layout.tensors().indexOf(spec));
    Float32Vector view = parameters.view(spec);
    for (long i = 0; i < view.length(); i++) {
      view.set(i, bound * (2 * random.nextDouble() - 1));
    }
  }

  /** Fills a tensor with one value. */
  public static void constant(Float32Vector parameters, Layout layout, String name, double value) {
    parameters.view(layout.get(name)).fill(value);
  }

  /** Uniform in [0, 1). */
  double nextDouble() {
    state += SplitMix64.GOLDEN;
    return (SplitMix64.mix(state) >>> 11) * 0x1.0p-53;
  }

  private double nextGaussian() {
    if (hasSpare) {
      hasSpare = false;
      return spare;
    }
    while (true) {
      double u = 2 * nextDouble() - 1;
      double v = 2 * nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        double factor = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
        spare = v * factor;
        hasSpare = true;
        return u * factor;
      }
    }
  }
}
