package org.estafette.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.estafette.device.DeviceVector;
import org.estafette.kernel.BlockQuantizer;

/** Operations on flat vectors, and the inner optimizers' steps. */
final class VectorOps {
  /** Blocks of a sum: one number for every GPU of a kind, since it decides the result's bits. */
  private static final int SUM_BLOCKS = 512;

  private final Gpu gpu;

  VectorOps(Gpu gpu) {
    this.gpu = gpu;
  }

  void scale(DeviceVector x, float factor) {
    long n = x.length();
    long p = gpu.words("x", x, n);
    boolean wide = Gpu.wide(p);
    gpu.lane().with(p).and(factor).and(n).and(wide).runOver("scale_f", n, wide);
    gpu.wroteWords(x, n);
  }

  void combine(String kernel, DeviceVector out, DeviceVector a, DeviceVector b) {
    long n = out.length();
    long p = gpu.words("a", a, n);
    long q = gpu.words("b", b, n);
    long to = gpu.toWords("out", out, n);
    boolean wide = Gpu.wide(p, q, to);
    gpu.lane().with(to).and(p).and(q).and(n).and(wide).runOver(kernel, n, wide);
    gpu.wroteWords(out, n);
  }

  void axpy(float a, DeviceVector x, DeviceVector y) {
    long n = y.length();
    long p = gpu.words("x", x, n);
    long to = gpu.words("y", y, n);
    boolean wide = Gpu.wide(p, to);
    gpu.lane().with(to).and(p).and(a).and(n).and(wide).runOver("axpy_f", n, wide);
    gpu.wroteWords(y, n);
  }

  void quantize(DeviceVector x, int bits, long key) {
    int checked = BlockQuantizer.of(bits).bits();
    long n = x.length();
    long p = gpu.words("x", x, n);
    boolean wide = Gpu.wide(p);
    gpu.lane().with(p).and(checked).and(key).and(n).and(wide).runOver("quantize", n, true);
    gpu.wroteWords(x, n);
  }

  double dot(DeviceVector a, DeviceVector b) {
    long n = a.length();
    long p = gpu.words("a", a, n);
    long q = gpu.words("b", b, n);
    Lane lane = gpu.lane();
    long partial = lane.scratch(8L * (SUM_BLOCKS + 1));
    lane.with(partial)
        .and(p)
        .and(q)
        .and(n)
        .and(Gpu.wide(p, q))
        .run("dot_partial", SUM_BLOCKS, 1, 1, Gpu.BLOCK, 0);
    long out = partial + 8L * SUM_BLOCKS;
    lane.with(out).and(partial).and(SUM_BLOCKS).run("sum_doubles", 1, 1, 1, 512, 0);
    return fetch(lane, out);
  }

  /** A double of the GPU's memory, when all that is queued is done. */
  static double fetch(Lane lane, long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = arena.allocate(ValueLayout.JAVA_DOUBLE);
      lane.staging.download(address, slot);
      return slot.get(ValueLayout.JAVA_DOUBLE, 0);
    }
  }

  /** Where a step also puts the new parameters as halves; 0 where it need not. */
  private long copy(DeviceVector x, long n) {
    return gpu.halves ? gpu.toHalves("x", x, n) : 0;
  }

  private void wroteBoth(DeviceVector x, long n) {
    gpu.wrote(x, n, Forms.WORDS | Forms.HALVES);
  }

  void sgdStep(DeviceVector x, DeviceVector g, float rate, float decay, float scale) {
    long n = x.length();
    long d = gpu.words("g", g, n);
    long p = gpu.words("x", x, n);
    long copy = copy(x, n);
    boolean wide = Gpu.wide(p, d, copy << 1);
    gpu.lane()
        .with(p)
        .and(copy)
        .and(d)
        .and(rate)
        .and(decay)
        .and(scale)
        .and(n)
        .and(wide)
        .runOver("sgd_step", n, wide);
    wroteBoth(x, n);
  }

  void momentumStep(
      DeviceVector x,
      DeviceVector m,
      DeviceVector g,
      float rate,
      float momentum,
      boolean nesterov,
      float decay,
      float scale) {
    long n = x.length();
    long d = gpu.words("g", g, n);
    long first = gpu.words("m", m, n);
    long p = gpu.words("x", x, n);
    long copy = copy(x, n);
    boolean wide = Gpu.wide(p, d, first, copy << 1);
    gpu.lane()
        .with(p)
        .and(copy)
        .and(first)
        .and(d)
        .and(rate)
        .and(momentum)
        .and(nesterov)
        .and(decay)
        .and(scale)
        .and(n)
        .and(wide)
        .runOver("momentum_step", n, wide);
    gpu.wroteWords(m, n);
    wroteBoth(x, n);
  }

  void adamWStep(
      DeviceVector x,
      DeviceVector m,
      DeviceVector v,
      DeviceVector g,
      float beta1,
      float beta2,
      float epsilon,
      float keep,
      float stepSize,
      float rootScale,
      float scale) {
    long n = x.length();
    long d = gpu.words("g", g, n);
    long first = gpu.words("m", m, n);
    long second = gpu.words("v", v, n);
    long p = gpu.words("x", x, n);
    long copy = copy(x, n);
    boolean wide = Gpu.wide(p, d, first, second, copy << 1);
    gpu.lane()
        .with(p)
        .and(copy)
        .and(first)
        .and(second)
        .and(d)
        .and(beta1)
        .and(beta2)
        .and(epsilon)
        .and(keep)
        .and(stepSize)
        .and(rootScale)
        .and(scale)
        .and(n)
        .and(wide)
        .runOver("adamw_step", n, wide);
    gpu.wroteWords(m, n);
    gpu.wroteWords(v, n);
    wroteBoth(x, n);
  }
}
