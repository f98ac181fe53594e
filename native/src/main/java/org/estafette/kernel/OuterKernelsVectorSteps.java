package org.estafette.kernel;

import static org.estafette.kernel.OuterKernelsVectorLoops.FLOATS;
import static org.estafette.kernel.OuterKernelsVectorLoops.WIDTH;
import static org.estafette.kernel.OuterKernelsVectorLoops.load;
import static org.estafette.kernel.OuterKernelsVectorLoops.store;

import jdk.incubator.vector.FloatVector;

/**
 * One outer step over one block. Which operands a step touches is decided once per block, by
 * calling the loop that touches no others: memory that a step leaves alone is not brought into the
 * cache.
 */
final class OuterKernelsVectorSteps {
  private OuterKernelsVectorSteps() {}

  static void step(long x, long m, long b, long g, int n, LinearStep s) {
    int full = n - n % WIDTH;
    boolean fromMomentum = OuterKernelsSteps.readsMomentum(s);
    boolean fromGradient = s.fromGradient() != 0;
    boolean fromBuffer = OuterKernelsSteps.readsBuffer(s);
    float keep = (float) s.decay();
    float take = (float) s.intoMomentum();
    float put = (float) s.intoBuffer();
    float mx = -(float) s.fromMomentum();
    float gx = -(float) s.fromGradient();
    float bx = -(float) s.fromBuffer();
    switch (s.kind()) {
      case PLAIN -> {
        if (fromGradient) {
          add(x, g, full, gx);
        }
      }
      case MOMENTUM -> {
        if (fromMomentum && fromGradient) {
          momentumBoth(x, m, g, full, keep, take, mx, gx);
        } else if (fromMomentum) {
          momentum(x, m, g, full, keep, take, mx);
        } else {
          intoMomentum(m, g, full, keep, take);
          if (fromGradient) {
            add(x, g, full, gx);
          }
        }
      }
      case ACCUMULATE -> {
        if (fromMomentum && fromGradient) {
          accumulateBoth(x, m, b, g, full, put, mx, gx);
        } else if (fromGradient) {
          accumulateGradient(x, b, g, full, put, gx);
        } else {
          add(b, g, full, put);
          if (fromMomentum) {
            add(x, m, full, mx);
          }
        }
      }
      case REFRESH -> {
        boolean momentum = OuterKernelsSteps.writesMomentum(s);
        if (momentum && fromMomentum && fromGradient && !fromBuffer) {
          refreshBoth(x, m, b, g, full, keep, take, put, mx, gx);
        } else if (momentum && fromMomentum && !fromGradient && !fromBuffer) {
          refreshMomentum(x, m, b, g, full, keep, take, put, mx);
        } else if (!momentum && !fromGradient && fromBuffer) {
          refreshBuffer(x, b, g, full, put, bx);
        } else {
          // The rare forms, pass by pass over a block that is in the cache.
          add(b, g, full, put);
          if (momentum) {
            intoMomentum(m, b, full, keep, take);
          }
          if (fromMomentum) {
            add(x, m, full, mx);
          }
          if (fromGradient) {
            add(x, g, full, gx);
          }
          if (fromBuffer) {
            add(x, b, full, bx);
          }
          OuterKernelsVectorLoops.fill(b, full, 0);
        }
      }
    }
    long o = 4L * full;
    OuterKernelsScalar.linearStep(x + o, m + o, b + o, g + o, s, n - full);
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  private static void add(long to, long from, int n, float factor) {
    FloatVector f = broadcast(factor);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      store(load(from + o).fma(f, load(to + o)), to + o);
    }
  }

  private static void intoMomentum(long m, long from, int n, float keep, float take) {
    FloatVector k = broadcast(keep);
    FloatVector t = broadcast(take);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      store(load(m + o).fma(k, load(from + o).mul(t)), m + o);
    }
  }

  private static void momentum(long x, long m, long g, int n, float keep, float take, float mx) {
    FloatVector k = broadcast(keep);
    FloatVector t = broadcast(take);
    FloatVector fx = broadcast(mx);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector mi = load(m + o).fma(k, load(g + o).mul(t));
      store(mi, m + o);
      store(mi.fma(fx, load(x + o)), x + o);
    }
  }

  private static void momentumBoth(
      long x, long m, long g, int n, float keep, float take, float mx, float gx) {
    FloatVector k = broadcast(keep);
    FloatVector t = broadcast(take);
    FloatVector fm = broadcast(mx);
    FloatVector fg = broadcast(gx);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector gi = load(g + o);
      FloatVector mi = load(m + o).fma(k, gi.mul(t));
      store(mi, m + o);
      store(gi.fma(fg, mi.fma(fm, load(x + o))), x + o);
    }
  }

  private static void accumulateGradient(long x, long b, long g, int n, float put, float gx) {
    FloatVector p = broadcast(put);
    FloatVector fg = broadcast(gx);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector gi = load(g + o);
      store(gi.fma(p, load(b + o)), b + o);
      store(gi.fma(fg, load(x + o)), x + o);
    }
  }

  private static void accumulateBoth(
      long x, long m, long b, long g, int n, float put, float mx, float gx) {
    FloatVector p = broadcast(put);
    FloatVector fm = broadcast(mx);
    FloatVector fg = broadcast(gx);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector gi = load(g + o);
      store(gi.fma(p, load(b + o)), b + o);
      store(gi.fma(fg, load(m + o).fma(fm, load(x + o))), x + o);
    }
  }

  private static void refreshBoth(
      long x,
      long m,
      long b,
      long g,
      int n,
      float keep,
      float take,
      float put,
      float mx,
      float gx) {
    FloatVector k = broadcast(keep);
    FloatVector t = broadcast(take);
    FloatVector p = broadcast(put);
    FloatVector fm = broadcast(mx);
    FloatVector fg = broadcast(gx);
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector gi = load(g + o);
      FloatVector sum = gi.fma(p, load(b + o));
      FloatVector mi = load(m + o).fma(k, sum.mul(t));
      store(zero, b + o);
      store(mi, m + o);
      store(gi.fma(fg, mi.fma(fm, load(x + o))), x + o);
    }
  }

  private static void refreshMomentum(
      long x, long m, long b, long g, int n, float keep, float take, float put, float mx) {
    FloatVector k = broadcast(keep);
    FloatVector t = broadcast(take);
    FloatVector p = broadcast(put);
    FloatVector fm = broadcast(mx);
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector sum = load(g + o).fma(p, load(b + o));
      FloatVector mi = load(m + o).fma(k, sum.mul(t));
      store(zero, b + o);
      store(mi, m + o);
      store(mi.fma(fm, load(x + o)), x + o);
    }
  }

  private static void refreshBuffer(long x, long b, long g, int n, float put, float bx) {
    FloatVector p = broadcast(put);
    FloatVector fb = broadcast(bx);
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int i = 0; i < n; i += WIDTH) {
      long o = 4L * i;
      FloatVector sum = load(g + o).fma(p, load(b + o));
      store(zero, b + o);
      store(sum.fma(fb, load(x + o)), x + o);
    }
  }

  static void adam(long x, long m, long v, long gradient, int n, OuterKernelsSteps.Adam c) {
    FloatVector beta1 = broadcast(c.beta1());
    FloatVector fresh1 = broadcast(c.fresh1());
    FloatVector beta2 = broadcast(c.beta2());
    FloatVector fresh2 = broadcast(c.fresh2());
    FloatVector scale = broadcast(c.gradientScale());
    FloatVector perCorrection2 = broadcast(c.perCorrection2());
    FloatVector epsilon = broadcast(c.epsilon());
    FloatVector keep = broadcast(c.keep());
    FloatVector rate = broadcast(c.rate());
    int full = n - n % WIDTH;
    for (int i = 0; i < full; i += WIDTH) {
      long o = 4L * i;
      FloatVector g = load(gradient + o).mul(scale);
      FloatVector mi = load(m + o).fma(beta1, g.mul(fresh1));
      FloatVector vi = load(v + o).fma(beta2, g.mul(fresh2).mul(g));
      FloatVector denominator = vi.mul(perCorrection2).sqrt().add(epsilon);
      store(mi, m + o);
      store(vi, v + o);
      store(load(x + o).mul(keep).sub(mi.mul(rate).div(denominator)), x + o);
    }
    long o = 4L * full;
    OuterKernelsScalar.adam(x + o, m + o, v + o, gradient + o, c, n - full);
  }
}
