package org.estafette.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Embeddings, sums and inner-optimizer steps by the Vector API. */
final class RowKernelsVectorSteps {
  private RowKernelsVectorSteps() {}

  static void add(long out, long a, long b, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      Lanes.store(Lanes.load(a + at).add(Lanes.load(b + at)), out + at);
    }
    if (bound < count) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(count - bound);
      Lanes.store(Lanes.load(a + at, tail).add(Lanes.load(b + at, tail)), out + at, tail);
    }
  }

  static void sgd(long x, long g, int count, float rate, float decay, float gradientScale) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector now = Lanes.load(x + at);
      FloatVector d = Lanes.all(decay).fma(now, Lanes.load(g + at).mul(gradientScale));
      Lanes.store(d.fma(Lanes.all(-rate), now), x + at);
    }
    for (int i = bound; i < count; i++) {
      long at = 4L * i;
      float now = Lanes.get(x + at);
      float d = Math.fma(decay, now, gradientScale * Lanes.get(g + at));
      Lanes.set(x + at, Math.fma(-rate, d, now));
    }
  }

  static void momentum(
      long x,
      long m,
      long g,
      int count,
      float rate,
      float momentum,
      boolean nesterov,
      float decay,
      float gradientScale) {
    int bound = Lanes.bound(count);
    FloatVector beta = Lanes.all(momentum);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector now = Lanes.load(x + at);
      FloatVector d = Lanes.all(decay).fma(now, Lanes.load(g + at).mul(gradientScale));
      FloatVector moved = beta.fma(Lanes.load(m + at), d);
      Lanes.store(moved, m + at);
      FloatVector direction = nesterov ? beta.fma(moved, d) : moved;
      Lanes.store(direction.fma(Lanes.all(-rate), now), x + at);
    }
    for (int i = bound; i < count; i++) {
      long at = 4L * i;
      float now = Lanes.get(x + at);
      float d = Math.fma(decay, now, gradientScale * Lanes.get(g + at));
      float moved = Math.fma(momentum, Lanes.get(m + at), d);
      Lanes.set(m + at, moved);
      Lanes.set(x + at, Math.fma(-rate, nesterov ? Math.fma(momentum, moved, d) : moved, now));
    }
  }

  static void adamW(
      long x,
      long m,
      long v,
      long g,
      int count,
      float beta1,
      float beta2,
      float epsilon,
      float keep,
      float stepSize,
      float rootScale,
      float gradientScale) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector d = Lanes.load(g + at).mul(gradientScale);
      FloatVector first = Lanes.load(m + at).fma(Lanes.all(beta1), d.mul(1 - beta1));
      FloatVector second = Lanes.load(v + at).fma(Lanes.all(beta2), d.mul(1 - beta2).mul(d));
      Lanes.store(first, m + at);
      Lanes.store(second, v + at);
      FloatVector denominator = second.sqrt().fma(Lanes.all(rootScale), Lanes.all(epsilon));
      FloatVector step = first.mul(stepSize).div(denominator);
      Lanes.store(Lanes.load(x + at).fma(Lanes.all(keep), step.neg()), x + at);
    }
    for (int i = bound; i < count; i++) {
      long at = 4L * i;
      float d = gradientScale * Lanes.get(g + at);
      float first = Math.fma(beta1, Lanes.get(m + at), (1 - beta1) * d);
      float second = Math.fma(beta2, Lanes.get(v + at), (1 - beta2) * d * d);
      Lanes.set(m + at, first);
      Lanes.set(v + at, second);
      float denominator = Math.fma((float) Math.sqrt(second), rootScale, epsilon);
      Lanes.set(x + at, Math.fma(keep, Lanes.get(x + at), -(stepSize * first / denominator)));
    }
  }
}
