package org.estafette.kernel;

import static org.estafette.kernel.VectorsMemory.get;
import static org.estafette.kernel.VectorsMemory.set;

/** The reference: one element at a time, one step after another. */
final class OuterKernelsScalar implements OuterKernels {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void fill(long x, long length, float value) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      set(x + o, value);
    }
  }

  @Override
  public void scale(long x, long length, float a) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      set(x + o, a * get(x + o));
    }
  }

  @Override
  public void axpy(long y, long x, long length, float a) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      set(y + o, Math.fma(a, get(x + o), get(y + o)));
    }
  }

  @Override
  public void difference(long into, long a, long b, long length) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      set(into + o, get(a + o) - get(b + o));
    }
  }

  @Override
  public void weightedSum(long into, long[] xs, double[] weights, int count, long length) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      float sum = 0;
      for (int j = 0; j < count; j++) {
        sum = Math.fma((float) weights[j], get(xs[j] + o), sum);
      }
      set(into + o, sum);
    }
  }

  @Override
  public double dot(long a, long b, long length) {
    double[] sums = new double[LANES];
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      // The product of two float32 is exact in float64, so fused or not makes no difference.
      sums[(int) (i & (LANES - 1))] += (double) get(a + o) * get(b + o);
    }
    return tree(sums);
  }

  /** Adds {@link #LANES} partial sums as a balanced tree; destroys them. */
  static double tree(double[] sums) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sums[i] += sums[i + half];
      }
    }
    return sums[0];
  }

  @Override
  public boolean isFinite(long x, long length) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      if (!Float.isFinite(get(x + o))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void delayCompensate(long g, long now, long atPull, long length, float lambda) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      float d = get(g + o);
      set(g + o, Math.fma(lambda * d * d, get(now + o) - get(atPull + o), d));
    }
  }

  @Override
  public void linearSteps(
      long x, long m, long b, long[] pushes, LinearStep[] steps, int count, long length) {
    for (int j = 0; j < count; j++) {
      linearStep(x, m, b, pushes[j], steps[j], length);
    }
  }

  /** One step over {@code length} elements; also the tail of the vector kernels. */
  static void linearStep(long x, long m, long b, long g, LinearStep s, long length) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      float gi = get(g + o);
      float intoMomentum = gi;
      float t = 0;
      switch (s.kind()) {
        case PLAIN, MOMENTUM -> {}
        case ACCUMULATE -> set(b + o, Math.fma((float) s.intoBuffer(), gi, get(b + o)));
        case REFRESH -> {
          t = Math.fma((float) s.intoBuffer(), gi, get(b + o));
          intoMomentum = t;
          set(b + o, 0);
        }
      }
      if (OuterKernelsSteps.writesMomentum(s)) {
        float taken = (float) s.intoMomentum() * intoMomentum;
        set(m + o, Math.fma((float) s.decay(), get(m + o), taken));
      }
      if (OuterKernelsSteps.readsMomentum(s)) {
        set(x + o, Math.fma(-(float) s.fromMomentum(), get(m + o), get(x + o)));
      }
      if (s.fromGradient() != 0) {
        set(x + o, Math.fma(-(float) s.fromGradient(), gi, get(x + o)));
      }
      if (OuterKernelsSteps.readsBuffer(s)) {
        set(x + o, Math.fma(-(float) s.fromBuffer(), t, get(x + o)));
      }
    }
  }

  @Override
  public void adamStep(long x, long m, long v, long gradient, AdamStep s, long length) {
    adam(x, m, v, gradient, OuterKernelsSteps.Adam.of(s), length);
  }

  static void adam(long x, long m, long v, long gradient, OuterKernelsSteps.Adam c, long length) {
    for (long i = 0, o = 0; i < length; i++, o += 4) {
      float g = c.gradientScale() * get(gradient + o);
      float mi = Math.fma(c.beta1(), get(m + o), c.fresh1() * g);
      float vi = Math.fma(c.beta2(), get(v + o), c.fresh2() * g * g);
      float denominator = (float) Math.sqrt(vi * c.perCorrection2()) + c.epsilon();
      set(m + o, mi);
      set(v + o, vi);
      set(x + o, c.keep() * get(x + o) - c.rate() * mi / denominator);
    }
  }
}
