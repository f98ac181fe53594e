package org.estafette.kernel;

/**
 * {@link OuterKernels} by the Vector API. Here only the walk over memory in chunks; the loops
 * themselves are small static methods, which the JIT compiles apart from their callers, so that
 * vectors stay in registers and nothing is allocated.
 */
final class OuterKernelsVector implements OuterKernels {
  /** Floats of one call of a plain loop: its counter fits an int. */
  private static final int CHUNK = 1 << 20;

  /**
   * Floats of one block of {@link #linearSteps}: x, m and b take 96 KB, which stay in a
   * second-level cache; each push is read over 32 KB in a row, so that the processor has time to
   * fetch ahead.
   */
  static final int BLOCK = 8192;

  @Override
  public String name() {
    return "vector-" + OuterKernelsVectorLoops.FLOATS.vectorBitSize();
  }

  @Override
  public void fill(long x, long length, float value) {
    for (long done = 0; done < length; done += CHUNK) {
      OuterKernelsVectorLoops.fill(x + 4 * done, part(length - done), value);
    }
  }

  @Override
  public void scale(long x, long length, float a) {
    for (long done = 0; done < length; done += CHUNK) {
      OuterKernelsVectorLoops.scale(x + 4 * done, part(length - done), a);
    }
  }

  @Override
  public void axpy(long y, long x, long length, float a) {
    for (long done = 0; done < length; done += CHUNK) {
      long o = 4 * done;
      OuterKernelsVectorLoops.axpy(y + o, x + o, part(length - done), a);
    }
  }

  @Override
  public void difference(long into, long a, long b, long length) {
    for (long done = 0; done < length; done += CHUNK) {
      long o = 4 * done;
      OuterKernelsVectorLoops.difference(into + o, a + o, b + o, part(length - done));
    }
  }

  @Override
  public void weightedSum(long into, long[] xs, double[] weights, int count, long length) {
    for (long done = 0; done < length; done += CHUNK) {
      OuterKernelsVectorSums.weightedSum(into, 4 * done, xs, weights, count, part(length - done));
    }
  }

  @Override
  public double dot(long a, long b, long length) {
    return OuterKernelsVectorSums.dot(a, b, length);
  }

  @Override
  public boolean isFinite(long x, long length) {
    for (long done = 0; done < length; done += CHUNK) {
      if (!OuterKernelsVectorSums.isFinite(x + 4 * done, part(length - done))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void delayCompensate(long g, long now, long atPull, long length, float lambda) {
    for (long done = 0; done < length; done += CHUNK) {
      long o = 4 * done;
      OuterKernelsVectorLoops.delayCompensate(
          g + o, now + o, atPull + o, part(length - done), lambda);
    }
  }

  @Override
  public void linearSteps(
      long x, long m, long b, long[] pushes, LinearStep[] steps, int count, long length) {
    for (long done = 0; done < length; done += BLOCK) {
      long o = 4 * done;
      int n = (int) Math.min(BLOCK, length - done);
      int j = 0;
      while (j < count) {
        if (OuterKernelsVectorRuns.startsAt(j, steps, count)) {
          OuterKernelsVectorRuns.run(x + o, m + o, b + o, pushes, o, steps, j, n);
          j += OuterKernelsVectorRuns.RUN;
        } else {
          OuterKernelsVectorSteps.step(x + o, m + o, b + o, pushes[j] + o, n, steps[j]);
          j++;
        }
      }
    }
  }

  @Override
  public void adamStep(long x, long m, long v, long gradient, AdamStep step, long length) {
    OuterKernelsSteps.Adam c = OuterKernelsSteps.Adam.of(step);
    for (long done = 0; done < length; done += CHUNK) {
      long o = 4 * done;
      OuterKernelsVectorSteps.adam(x + o, m + o, v + o, gradient + o, part(length - done), c);
    }
  }

  private static int part(long left) {
    return (int) Math.min(CHUNK, left);
  }
}
