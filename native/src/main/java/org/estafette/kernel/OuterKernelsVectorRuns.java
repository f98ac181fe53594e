package org.estafette.kernel;

import static org.estafette.kernel.OuterKernelsVectorLoops.FLOATS;
import static org.estafette.kernel.OuterKernelsVectorLoops.WIDTH;
import static org.estafette.kernel.OuterKernelsVectorLoops.load;
import static org.estafette.kernel.OuterKernelsVectorLoops.store;

import jdk.incubator.vector.FloatVector;

/**
 * Four steps in a row over one block, as merged pushes mostly are: three times ACCUMULATE, then
 * ACCUMULATE or the REFRESH that ends a period. b, m and x go through registers once instead of
 * four times, and four pushes are fetched side by side, which a processor does faster than one
 * after another. Per element the operations and their order are those of the single steps.
 */
final class OuterKernelsVectorRuns {
  /** Steps of one run. */
  static final int RUN = 4;

  private OuterKernelsVectorRuns() {}

  /**
   * Whether steps {@code from} to {@code from + 3} are a run: x takes of each g, and of m always or
   * never; the last may be a REFRESH that takes of m and puts into it.
   */
  static boolean startsAt(int from, LinearStep[] steps, int count) {
    if (from + RUN > count) {
      return false;
    }
    boolean momentum = OuterKernelsSteps.readsMomentum(steps[from]);
    for (int j = from; j < from + RUN; j++) {
      LinearStep s = steps[j];
      boolean fits =
          s.kind() == LinearStep.Kind.ACCUMULATE
              || (j == from + RUN - 1 && momentum && refreshes(s));
      if (!fits || s.fromGradient() == 0 || OuterKernelsSteps.readsMomentum(s) != momentum) {
        return false;
      }
    }
    return true;
  }

  private static boolean refreshes(LinearStep s) {
    return s.kind() == LinearStep.Kind.REFRESH
        && OuterKernelsSteps.writesMomentum(s)
        && !OuterKernelsSteps.readsBuffer(s);
  }

  static void run(
      long x, long m, long b, long[] pushes, long o, LinearStep[] steps, int from, int n) {
    long g0 = pushes[from] + o;
    long g1 = pushes[from + 1] + o;
    long g2 = pushes[from + 2] + o;
    long g3 = pushes[from + 3] + o;
    int full = n - n % WIDTH;
    if (OuterKernelsSteps.readsMomentum(steps[from])) {
      withMomentum(x, m, b, g0, g1, g2, g3, steps, from, full);
    } else {
      withoutMomentum(x, b, g0, g1, g2, g3, steps, from, full);
    }
    long t = 4L * full;
    for (int j = from; j < from + RUN; j++) {
      OuterKernelsScalar.linearStep(x + t, m + t, b + t, pushes[j] + o + t, steps[j], n - full);
    }
  }

  private static FloatVector put(LinearStep s) {
    return FloatVector.broadcast(FLOATS, (float) s.intoBuffer());
  }

  private static FloatVector gx(LinearStep s) {
    return FloatVector.broadcast(FLOATS, -(float) s.fromGradient());
  }

  private static FloatVector mx(LinearStep s) {
    return FloatVector.broadcast(FLOATS, -(float) s.fromMomentum());
  }

  private static void withoutMomentum(
      long x, long b, long g0, long g1, long g2, long g3, LinearStep[] steps, int from, int n) {
    FloatVector p0 = put(steps[from]);
    FloatVector p1 = put(steps[from + 1]);
    FloatVector p2 = put(steps[from + 2]);
    FloatVector p3 = put(steps[from + 3]);
    FloatVector f0 = gx(steps[from]);
    FloatVector f1 = gx(steps[from + 1]);
    FloatVector f2 = gx(steps[from + 2]);
    FloatVector f3 = gx(steps[from + 3]);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector v0 = load(g0 + o);
      FloatVector v1 = load(g1 + o);
      FloatVector v2 = load(g2 + o);
      FloatVector v3 = load(g3 + o);
      store(v3.fma(p3, v2.fma(p2, v1.fma(p1, v0.fma(p0, load(b + o))))), b + o);
      store(v3.fma(f3, v2.fma(f2, v1.fma(f1, v0.fma(f0, load(x + o))))), x + o);
    }
  }

  private static void withMomentum(
      long x,
      long m,
      long b,
      long g0,
      long g1,
      long g2,
      long g3,
      LinearStep[] steps,
      int from,
      int n) {
    LinearStep last = steps[from + RUN - 1];
    boolean refresh = last.kind() == LinearStep.Kind.REFRESH;
    FloatVector keep = FloatVector.broadcast(FLOATS, (float) last.decay());
    FloatVector take = FloatVector.broadcast(FLOATS, (float) last.intoMomentum());
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector p0 = put(steps[from]);
    FloatVector p1 = put(steps[from + 1]);
    FloatVector p2 = put(steps[from + 2]);
    FloatVector p3 = put(last);
    FloatVector f0 = gx(steps[from]);
    FloatVector f1 = gx(steps[from + 1]);
    FloatVector f2 = gx(steps[from + 2]);
    FloatVector f3 = gx(last);
    FloatVector m0 = mx(steps[from]);
    FloatVector m1 = mx(steps[from + 1]);
    FloatVector m2 = mx(steps[from + 2]);
    FloatVector m3 = mx(last);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector v0 = load(g0 + o);
      FloatVector v1 = load(g1 + o);
      FloatVector v2 = load(g2 + o);
      FloatVector v3 = load(g3 + o);
      FloatVector sum = v3.fma(p3, v2.fma(p2, v1.fma(p1, v0.fma(p0, load(b + o)))));
      FloatVector mi = load(m + o);
      FloatVector xi = v0.fma(f0, mi.fma(m0, load(x + o)));
      xi = v1.fma(f1, mi.fma(m1, xi));
      xi = v2.fma(f2, mi.fma(m2, xi));
      if (refresh) {
        store(zero, b + o);
        mi = mi.fma(keep, sum.mul(take));
        store(mi, m + o);
      } else {
        store(sum, b + o);
      }
      store(v3.fma(f3, mi.fma(m3, xi)), x + o);
    }
  }
}
