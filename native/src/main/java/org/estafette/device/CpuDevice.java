package org.estafette.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.estafette.kernel.BlockQuantizer;
import org.estafette.kernel.Gemm;
import org.estafette.kernel.ImageKernels;
import org.estafette.kernel.OuterKernels;
import org.estafette.kernel.RowKernels;
import org.estafette.memory.Float32Vector;

/**
 * The CPU: row kernels of the Vector API and a native library's matrix products, on the calling
 * thread.
 */
public final class CpuDevice implements Device {
  /** Floats of a transformer block's matrices that stay in the second-level cache. */
  private static final long CACHED_WEIGHTS = 1L << 18;

  /** Rows where the matrices stay in the cache: few, so that the activations stay there too. */
  private static final int FEW_ROWS = 256;

  /** Rows where the matrices come from farther away: more, so that they come less often. */
  private static final int MANY_ROWS = 1024;

  private static final OuterKernels FLAT = OuterKernels.best();
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final Gemm gemm;
  private final RowKernels rows;
  private final CpuAttention attention;
  private final ImageOps images;

  /** With these matrix products and row kernels, and the image kernels that go with them. */
  public CpuDevice(Gemm gemm, RowKernels rows) {
    this.gemm = gemm;
    this.rows = rows;
    this.attention = new CpuAttention(gemm, rows);
    boolean scalar = rows == RowKernels.scalar();
    this.images = new CpuImageOps(gemm, scalar ? ImageKernels.scalar() : ImageKernels.best());
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return "CPU; matrix products: " + gemm.description() + "; row kernels: " + rows.name();
  }

  @Override
  public int preferredRows(int width) {
    return 12L * width * width <= CACHED_WEIGHTS ? FEW_ROWS : MANY_ROWS;
  }

  @Override
  public ImageOps images() {
    return images;
  }

  @Override
  public DeviceArena allocate(String purpose, long elements) {
    return CpuMemory.allocate(purpose, elements);
  }

  /** The vector's address; refuses it where it is too short. */
  static long need(String name, DeviceVector v, long elements) {
    if (v.length() < elements) {
      throw tooShort(name, v, elements);
    }
    return v.address();
  }

  private static IllegalArgumentException tooShort(String name, DeviceVector v, long elements) {
    return new IllegalArgumentException(
        name + ": length=" + v.length() + " (expected >= " + elements + ")");
  }

  @Override
  public void upload(Float32Vector source, DeviceVector target) {
    long to = need("target", target, source.length());
    MemorySegment.copy(source.segment(), 0, ALL, to, source.segment().byteSize());
  }

  @Override
  public void upload(int[] source, int from, int count, DeviceVector target) {
    long to = need("target", target, count);
    // Once per step and short; MemorySegment.copy from an int[] makes a String now and then.
    for (int i = 0; i < count; i++) {
      ALL.set(ValueLayout.JAVA_INT, to + 4L * i, source[from + i]);
    }
  }

  @Override
  public void upload(float[] source, int from, int count, DeviceVector target) {
    long to = need("target", target, count);
    MemorySegment.copy(source, from, ALL, ValueLayout.JAVA_FLOAT, to, count);
  }

  @Override
  public void download(DeviceVector source, Float32Vector target) {
    long from = need("source", source, target.length());
    MemorySegment.copy(ALL, from, target.segment(), 0, target.segment().byteSize());
    Reference.reachabilityFence(target);
  }

  @Override
  public void download(DeviceVector source, float[] target, int count) {
    long from = need("source", source, count);
    MemorySegment.copy(ALL, ValueLayout.JAVA_FLOAT, from, target, 0, count);
  }

  @Override
  public void synchronize() {}

  @Override
  public void fill(DeviceVector x, float value) {
    FLAT.fill(x.address(), x.length(), value);
  }

  @Override
  public void copy(DeviceVector from, DeviceVector to) {
    long source = need("from", from, to.length());
    MemorySegment.copy(ALL, source, ALL, to.address(), Float.BYTES * to.length());
  }

  @Override
  public void scale(DeviceVector x, float factor) {
    FLAT.scale(x.address(), x.length(), factor);
  }

  @Override
  public void add(DeviceVector out, DeviceVector a, DeviceVector b) {
    long n = out.length();
    rows.add(out.address(), need("a", a, n), need("b", b, n), n);
  }

  @Override
  public void subtract(DeviceVector out, DeviceVector a, DeviceVector b) {
    long n = out.length();
    FLAT.difference(out.address(), need("a", a, n), need("b", b, n), n);
  }

  @Override
  public void axpy(float a, DeviceVector x, DeviceVector y) {
    FLAT.axpy(y.address(), need("x", x, y.length()), y.length(), a);
  }

  @Override
  public void quantize(DeviceVector x, int bits, long key) {
    BlockQuantizer.of(bits).quantize(x.address(), x.length(), key);
  }

  @Override
  public double squaredNorm(DeviceVector x) {
    return FLAT.dot(x.address(), x.address(), x.length());
  }

  @Override
  public double dot(DeviceVector a, DeviceVector b) {
    return FLAT.dot(a.address(), need("b", b, a.length()), a.length());
  }

  @Override
  public void multiply(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      DeviceVector a,
      DeviceVector b,
      boolean accumulate,
      DeviceVector c) {
    gemm.sgemm(
        transA,
        transB,
        m,
        n,
        k,
        1f,
        need("a", a, (long) m * k),
        transA ? m : k,
        need("b", b, (long) k * n),
        transB ? k : n,
        accumulate ? 1f : 0f,
        need("c", c, (long) m * n),
        n);
  }

  @Override
  public void addBias(DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.addBias(need("x", x, (long) rows * width), need("bias", bias, width), rows, width);
  }

  @Override
  public void biasGradient(DeviceVector dBias, DeviceVector dOut, int rows, int width) {
    this.rows.biasGradient(
        need("dBias", dBias, width), need("dOut", dOut, (long) rows * width), rows, width);
  }

  @Override
  public void biasGelu(DeviceVector out, DeviceVector x, DeviceVector bias, int rows, int width) {
    long n = (long) rows * width;
    this.rows.biasGelu(
        need("out", out, n), need("x", x, n), need("bias", bias, width), rows, width);
  }

  @Override
  public void biasGeluBackward(
      DeviceVector d, DeviceVector dBias, DeviceVector slope, int rows, int width) {
    long n = (long) rows * width;
    this.rows.biasGeluBackward(
        need("d", d, n), need("dBias", dBias, width), need("slope", slope, n), rows, width);
  }

  @Override
  public void biasRelu(DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.biasRelu(need("x", x, (long) rows * width), need("bias", bias, width), rows, width);
  }

  @Override
  public void reluBackward(DeviceVector d, DeviceVector out, long count) {
    rows.reluBackward(need("d", d, count), need("out", out, count), count);
  }

  @Override
  public void biasTanh(DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.biasTanh(need("x", x, (long) rows * width), need("bias", bias, width), rows, width);
  }

  @Override
  public void tanhBackward(DeviceVector d, DeviceVector out, long count) {
    rows.tanhBackward(need("d", d, count), need("out", out, count), count);
  }

  @Override
  public void layerNorm(
      DeviceVector out,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector in,
      DeviceVector gamma,
      DeviceVector beta,
      int rows,
      int width) {
    long n = (long) rows * width;
    this.rows.layerNorm(
        need("out", out, n),
        need("mean", mean, rows),
        need("rstd", rstd, rows),
        need("in", in, n),
        need("gamma", gamma, width),
        need("beta", beta, width),
        rows,
        width);
  }

  @Override
  public void residualLayerNorm(
      DeviceVector out,
      DeviceVector sum,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector in,
      DeviceVector branch,
      DeviceVector bias,
      DeviceVector gamma,
      DeviceVector beta,
      int rows,
      int width) {
    long n = (long) rows * width;
    this.rows.residualLayerNorm(
        need("out", out, n),
        need("sum", sum, n),
        need("mean", mean, rows),
        need("rstd", rstd, rows),
        need("in", in, n),
        need("branch", branch, n),
        need("bias", bias, width),
        need("gamma", gamma, width),
        need("beta", beta, width),
        rows,
        width);
  }

  @Override
  public void layerNormBackward(
      DeviceVector dIn,
      DeviceVector dGamma,
      DeviceVector dBeta,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector gamma,
      int rows,
      int width,
      boolean accumulate) {
    long n = (long) rows * width;
    this.rows.layerNormBackward(
        need("dIn", dIn, n),
        need("dGamma", dGamma, width),
        need("dBeta", dBeta, width),
        need("dOut", dOut, n),
        need("in", in, n),
        need("mean", mean, rows),
        need("rstd", rstd, rows),
        need("gamma", gamma, width),
        rows,
        width,
        accumulate);
  }

  @Override
  public void embedding(
      DeviceVector out,
      DeviceVector tokens,
      DeviceVector tokenTable,
      DeviceVector positionTable,
      int rows,
      int period,
      int width) {
    this.rows.embedding(
        need("out", out, (long) rows * width),
        need("tokens", tokens, rows),
        tokenTable.address(),
        need("positionTable", positionTable, (long) Math.min(rows, period) * width),
        rows,
        period,
        width);
  }

  @Override
  public void embeddingBackward(
      DeviceVector dTokenTable,
      DeviceVector dPositionTable,
      DeviceVector tokens,
      DeviceVector dOut,
      int rows,
      int period,
      int width) {
    this.rows.embeddingBackward(
        dTokenTable.address(),
        need("dPositionTable", dPositionTable, (long) Math.min(rows, period) * width),
        need("tokens", tokens, rows),
        need("dOut", dOut, (long) rows * width),
        rows,
        period,
        width);
  }

  @Override
  public long attentionKept(AttentionShape shape) {
    return CpuAttention.kept(shape);
  }

  @Override
  public long attentionScratch(AttentionShape shape) {
    return CpuAttention.scratch(shape);
  }

  @Override
  public void attention(
      DeviceVector out, DeviceVector kept, DeviceVector qkv, AttentionShape shape) {
    long n = (long) shape.rows() * shape.width();
    attention.forward(
        need("out", out, n),
        need("kept", kept, CpuAttention.kept(shape)),
        need("qkv", qkv, 3 * n),
        shape);
  }

  @Override
  public void attentionBackward(
      DeviceVector dQkv,
      DeviceVector dOut,
      DeviceVector out,
      DeviceVector kept,
      DeviceVector qkv,
      DeviceVector scratch,
      AttentionShape shape) {
    long n = (long) shape.rows() * shape.width();
    attention.backward(
        need("dQkv", dQkv, 3 * n),
        need("dOut", dOut, n),
        need("kept", kept, CpuAttention.kept(shape)),
        need("qkv", qkv, 3 * n),
        need("scratch", scratch, CpuAttention.scratch(shape)),
        shape);
  }

  @Override
  public double crossEntropy(DeviceVector logits, DeviceVector targets, int rows, int width) {
    return this.rows.crossEntropy(
        need("logits", logits, (long) rows * width), need("targets", targets, rows), rows, width);
  }

  @Override
  public double crossEntropyBackward(
      DeviceVector logits, DeviceVector targets, int rows, int width, float gradientScale) {
    return this.rows.crossEntropyBackward(
        need("logits", logits, (long) rows * width),
        need("targets", targets, rows),
        rows,
        width,
        gradientScale);
  }

  @Override
  public void sgdStep(
      DeviceVector x, DeviceVector g, double rate, double decay, double gradientScale) {
    rows.sgdStep(
        x.address(),
        need("g", g, x.length()),
        x.length(),
        (float) rate,
        (float) decay,
        (float) gradientScale);
  }

  @Override
  public void momentumStep(
      DeviceVector x,
      DeviceVector m,
      DeviceVector g,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      double gradientScale) {
    rows.momentumStep(
        x.address(),
        need("m", m, x.length()),
        need("g", g, x.length()),
        x.length(),
        (float) rate,
        (float) momentum,
        nesterov,
        (float) decay,
        (float) gradientScale);
  }

  @Override
  public void adamWStep(
      DeviceVector x,
      DeviceVector m,
      DeviceVector v,
      DeviceVector g,
      double rate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      long step,
      double gradientScale) {
    rows.adamWStep(
        x.address(),
        need("m", m, x.length()),
        need("v", v, x.length()),
        need("g", g, x.length()),
        x.length(),
        (float) beta1,
        (float) beta2,
        (float) epsilon,
        (float) (1 - rate * weightDecay),
        (float) (rate / (1 - Math.pow(beta1, step))),
        (float) (1 / Math.sqrt(1 - Math.pow(beta2, step))),
        (float) gradientScale);
  }

  @Override
  public void close() {}
}
