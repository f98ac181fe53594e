package org.estafette.device.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.estafette.device.AttentionShape;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.ImageOps;
import org.estafette.device.PendingCopy;
import org.estafette.memory.Float32Vector;

/**
 * A CUDA GPU. Each thread that uses it has a stream of its own, in which its operations run in the
 * order of the calls; several workers share the GPU so.
 */
final class CudaDevice implements Device {
  private static final int MOST_ROWS = 16384;
  private static final int FEWEST_ROWS = 1024;

  /** Bytes of activations of a row of a model, for each element of its width: an estimate. */
  private static final long BYTES_PER_ROW = 1600;

  private final Gpu gpu;
  private final VectorOps vectors;
  private final RowOps rows;
  private final NormOps norms;
  private final CudaAttention attention;
  private final CudaImageOps images;

  CudaDevice(CudaParts parts, int ordinal, ComputePrecision precision) {
    this.gpu = new Gpu(parts, ordinal, precision);
    this.vectors = new VectorOps(gpu);
    this.rows = new RowOps(gpu);
    this.norms = new NormOps(gpu, rows);
    this.attention = new CudaAttention(gpu);
    this.images = new CudaImageOps(gpu, rows);
  }

  @Override
  public String name() {
    return gpu.name();
  }

  @Override
  public String description() {
    return gpu.description();
  }

  @Override
  public int preferredRows(int width) {
    long memory = gpu.parts.driver().totalMemory(gpu.ordinal);
    return (int) Math.clamp(memory / 2 / (BYTES_PER_ROW * width), FEWEST_ROWS, MOST_ROWS);
  }

  @Override
  public ImageOps images() {
    return images;
  }

  @Override
  public DeviceArena allocate(String purpose, long elements) {
    return gpu.allocate(purpose, elements);
  }

  @Override
  public void upload(Float32Vector source, DeviceVector target) {
    long n = source.length();
    long to = gpu.toWords("target", target, n);
    Lane lane = gpu.lane();
    if (gpu.parts.pinned().pin(gpu, source, false)) {
      gpu.parts.driver().copyToDevice(to, source.address(), 4 * n, lane.stream);
      lane.synchronize();
      gpu.parts.pinned().copied(gpu, source);
    } else {
      lane.staging.upload(source.segment(), to);
    }
    gpu.wroteWords(target, n);
    Reference.reachabilityFence(source);
  }

  @Override
  public void upload(int[] source, int from, int count, DeviceVector target) {
    upload(MemorySegment.ofArray(source).asSlice(4L * from, 4L * count), target, count);
  }

  @Override
  public void upload(float[] source, int from, int count, DeviceVector target) {
    upload(MemorySegment.ofArray(source).asSlice(4L * from, 4L * count), target, count);
  }

  private void upload(MemorySegment source, DeviceVector target, long count) {
    gpu.lane().staging.upload(source, gpu.toWords("target", target, count));
    gpu.wroteWords(target, count);
  }

  @Override
  public void download(DeviceVector source, Float32Vector target) {
    long n = target.length();
    long from = gpu.words("source", source, n);
    Lane lane = gpu.lane();
    if (gpu.parts.pinned().pin(gpu, target, false)) {
      gpu.parts.driver().copyToHost(target.address(), from, 4 * n, lane.stream);
      lane.synchronize();
      gpu.parts.pinned().copied(gpu, target);
    } else {
      lane.staging.download(from, target.segment());
    }
    Reference.reachabilityFence(target);
  }

  @Override
  public void download(DeviceVector source, float[] target, int count) {
    long from = gpu.words("source", source, count);
    MemorySegment to = MemorySegment.ofArray(target).asSlice(0, 4L * count);
    gpu.lane().staging.download(from, to);
  }

  @Override
  public PendingCopy startDownload(DeviceVector source, Float32Vector target) {
    gpu.makeCurrent();
    long from = gpu.words("source", source, target.length());
    if (!gpu.parts.pinned().pin(gpu, target, true)) {
      download(source, target);
      return PendingCopy.DONE;
    }
    return CopyBeside.toHost(gpu, from, target);
  }

  @Override
  public PendingCopy startUpload(Float32Vector source, DeviceVector target) {
    gpu.makeCurrent();
    long n = source.length();
    long to = gpu.toWords("target", target, n);
    if (!gpu.parts.pinned().pin(gpu, source, true)) {
      upload(source, target);
      return PendingCopy.DONE;
    }
    CopyBeside copy = CopyBeside.toDevice(gpu, to, source);
    gpu.wroteWords(target, n);
    return copy;
  }

  @Override
  public void synchronize() {
    gpu.lane().synchronize();
  }

  @Override
  public void fill(DeviceVector x, float value) {
    long n = x.length();
    if (n > 0) {
      int word = Float.floatToRawIntBits(value);
      gpu.parts.driver().fill(gpu.toWords("x", x, n), word, n, gpu.lane().stream);
      gpu.wroteWords(x, n);
    }
  }

  @Override
  public void copy(DeviceVector from, DeviceVector to) {
    long n = to.length();
    long source = gpu.words("from", from, n);
    gpu.parts.driver().copyOnDevice(gpu.toWords("to", to, n), source, 4 * n, gpu.lane().stream);
    gpu.wroteWords(to, n);
  }

  @Override
  public void scale(DeviceVector x, float factor) {
    vectors.scale(x, factor);
  }

  @Override
  public void add(DeviceVector out, DeviceVector a, DeviceVector b) {
    vectors.combine("add_f", out, a, b);
  }

  @Override
  public void subtract(DeviceVector out, DeviceVector a, DeviceVector b) {
    vectors.combine("subtract_f", out, a, b);
  }

  @Override
  public void axpy(float a, DeviceVector x, DeviceVector y) {
    vectors.axpy(a, x, y);
  }

  @Override
  public void quantize(DeviceVector x, int bits, long key) {
    vectors.quantize(x, bits, key);
  }

  @Override
  public double squaredNorm(DeviceVector x) {
    return vectors.dot(x, x);
  }

  @Override
  public double dot(DeviceVector a, DeviceVector b) {
    return vectors.dot(a, b);
  }

  /**
   * In bfloat16 the result is bfloat16 too, but for gradients of weights: what is added to, and
   * what comes of a transposed left side, which sums over the rows of a batch.
   */
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
    boolean half = gpu.halves;
    boolean halfResult = half && !accumulate && !(transA && !transB);
    long size = (long) m * n;
    long left = gpu.read(half, "a", a, (long) m * k);
    long right = gpu.read(half, "b", b, (long) k * n);
    long to = accumulate ? gpu.words("c", c, size) : gpu.to(halfResult, "c", c, size);
    float beta = accumulate ? 1 : 0;
    gpu.multiply(transA, transB, m, n, k, left, right, half, beta, to, halfResult);
    gpu.wrote(halfResult, c, size);
  }

  @Override
  public void addBias(DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.biased("add_bias_f", "add_bias_b", x, bias, rows, width);
  }

  @Override
  public void biasGradient(DeviceVector dBias, DeviceVector dOut, int rows, int width) {
    this.rows.biasGradient(dBias, dOut, rows, width);
  }

  @Override
  public void biasGelu(DeviceVector out, DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.biasGelu(out, x, bias, rows, width);
  }

  @Override
  public void biasGeluBackward(
      DeviceVector d, DeviceVector dBias, DeviceVector slope, int rows, int width) {
    this.rows.biasGeluBackward(d, dBias, slope, rows, width);
  }

  @Override
  public void biasRelu(DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.biased("bias_relu_f", "bias_relu_b", x, bias, rows, width);
  }

  @Override
  public void reluBackward(DeviceVector d, DeviceVector out, long count) {
    rows.backward("relu_backward_f", "relu_backward_b", d, out, count);
  }

  @Override
  public void biasTanh(DeviceVector x, DeviceVector bias, int rows, int width) {
    this.rows.biased("bias_tanh_f", "bias_tanh_b", x, bias, rows, width);
  }

  @Override
  public void tanhBackward(DeviceVector d, DeviceVector out, long count) {
    rows.backward("tanh_backward_f", "tanh_backward_b", d, out, count);
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
    norms.forward(out, null, mean, rstd, in, null, null, gamma, beta, rows, width);
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
    norms.forward(out, sum, mean, rstd, in, branch, bias, gamma, beta, rows, width);
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
    norms.backward(dIn, dGamma, dBeta, dOut, in, mean, rstd, gamma, rows, width, accumulate);
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
    this.rows.embedding(out, tokens, tokenTable, positionTable, rows, period, width);
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
    this.rows.embeddingBackward(dTokenTable, dPositionTable, tokens, dOut, rows, period, width);
  }

  @Override
  public long attentionKept(AttentionShape shape) {
    return CudaAttention.kept(shape);
  }

  @Override
  public long attentionScratch(AttentionShape shape) {
    return CudaAttention.scratch(shape);
  }

  @Override
  public void attention(
      DeviceVector out, DeviceVector kept, DeviceVector qkv, AttentionShape shape) {
    attention.forward(out, kept, qkv, shape);
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
    attention.backward(dQkv, dOut, out, kept, qkv, scratch, shape);
  }

  @Override
  public double crossEntropy(DeviceVector logits, DeviceVector targets, int rows, int width) {
    return this.rows.crossEntropy(logits, targets, rows, width, false, 0);
  }

  @Override
  public double crossEntropyBackward(
      DeviceVector logits, DeviceVector targets, int rows, int width, float gradientScale) {
    return this.rows.crossEntropy(logits, targets, rows, width, true, gradientScale);
  }

  @Override
  public void sgdStep(
      DeviceVector x, DeviceVector g, double rate, double decay, double gradientScale) {
    vectors.sgdStep(x, g, (float) rate, (float) decay, (float) gradientScale);
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
    vectors.momentumStep(
        x, m, g, (float) rate, (float) momentum, nesterov, (float) decay, (float) gradientScale);
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
    vectors.adamWStep(
        x,
        m,
        v,
        g,
        (float) beta1,
        (float) beta2,
        (float) epsilon,
        (float) (1 - rate * weightDecay),
        (float) (rate / (1 - Math.pow(beta1, step))),
        (float) (1 / Math.sqrt(1 - Math.pow(beta2, step))),
        (float) gradientScale);
  }

  @Override
  public void close() {
    gpu.close();
  }
}
