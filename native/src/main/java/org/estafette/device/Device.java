package org.estafette.device;

import org.estafette.memory.Float32Vector;

/**
 * A processor with memory of its own, and the operations that models and inner optimizers are made
 * of. A model is written once against this interface.
 *
 * <p>Matrices are row-major without gaps. Names with d are gradients of the loss; "+=" adds to what
 * is there. Operations are queued in the order of the calls and may run later than the call; those
 * that return a number, {@link #download} and {@link #synchronize} wait. Operations allocate
 * nothing and give the same bits for the same input on the same device. Vectors may be longer than
 * an operation needs; where one is shorter, {@link IllegalArgumentException} is thrown before
 * anything changes.
 *
 * <p>A device may be shared between threads as long as each uses vectors of its own; the CPU
 * computes on the calling thread.
 */
public interface Device extends AutoCloseable {
  /** The name by which {@link Devices#open} opens it: {@code cpu} or {@code cuda:0}. */
  String name();

  /** What it is, in words: processor, memory, libraries. */
  String description();

  /**
   * Rows (tokens) that a model should carry through its layers at once: as many as keep one layer's
   * activations in the fastest memory that holds a useful matrix product.
   *
   * @param width elements of a row
   */
  int preferredRows(int width);

  /** The operations on images: convolutions, group norm, pooling. */
  ImageOps images();

  /**
   * Allocates memory.
   *
   * @param purpose what for, in words, for the message when it fails
   * @param elements 4-byte elements
   * @throws DeviceMemoryException where the device has too little memory
   */
  DeviceArena allocate(String purpose, long elements);

  /** Copies {@code source} into the first elements of {@code target}. */
  void upload(Float32Vector source, DeviceVector target);

  /** Copies the first {@code count} ints. */
  void upload(int[] source, int from, int count, DeviceVector target);

  /** Copies the first {@code count} floats. */
  void upload(float[] source, int from, int count, DeviceVector target);

  /** Copies the first {@code target.length()} elements of {@code source} into {@code target}. */
  void download(DeviceVector source, Float32Vector target);

  /** Copies the first {@code count} floats of {@code source}. */
  void download(DeviceVector source, float[] target, int count);

  /**
   * Starts copying the first {@code target.length()} elements of {@code source}, as they are when
   * all operations queued so far are done, and returns before they are there where the device can.
   * Until the copy has been awaited, {@code source} must not be written and {@code target} not be
   * used. A device that computes on the calling thread copies at once.
   */
  default PendingCopy startDownload(DeviceVector source, Float32Vector target) {
    download(source, target);
    return PendingCopy.DONE;
  }

  /**
   * Starts copying {@code source} into the first elements of {@code target}, once all operations
   * queued so far are done, and returns before they are there where the device can. Until the copy
   * has been awaited, {@code target} must not be used and {@code source} not be written. A device
   * that computes on the calling thread copies at once.
   */
  default PendingCopy startUpload(Float32Vector source, DeviceVector target) {
    upload(source, target);
    return PendingCopy.DONE;
  }

  /** Waits until all operations are done. */
  void synchronize();

  /** x = value. */
  void fill(DeviceVector x, float value);

  /** to = from, over the length of {@code to}. */
  void copy(DeviceVector from, DeviceVector to);

  /** x = factor·x. */
  void scale(DeviceVector x, float factor);

  /** out = a + b, over the length of {@code out}. */
  void add(DeviceVector out, DeviceVector a, DeviceVector b);

  /** out = a − b, over the length of {@code out}. */
  void subtract(DeviceVector out, DeviceVector a, DeviceVector b);

  /** y += a·x, over the length of {@code y}. */
  void axpy(float a, DeviceVector x, DeviceVector y);

  /**
   * x = Q(x): rounds x to a grid of few levels a block, at random but right on average (see {@link
   * org.estafette.kernel.BlockQuantizer}). The same bits on every device.
   *
   * @param bits of a level: 8 or 4
   * @param key names the random numbers
   */
  void quantize(DeviceVector x, int bits, long key);

  /** Σ x², accumulated in float64 or better than float32. */
  double squaredNorm(DeviceVector x);

  /** Σ a·b over the length of {@code a}. */
  double dot(DeviceVector a, DeviceVector b);

  /**
   * C = op(A)·op(B), or C += op(A)·op(B) where {@code accumulate}.
   *
   * @param transA whether A is stored k×m instead of m×k
   * @param transB whether B is stored n×k instead of k×n
   */
  void multiply(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      DeviceVector a,
      DeviceVector b,
      boolean accumulate,
      DeviceVector c);

  /** x += bias in every row. */
  void addBias(DeviceVector x, DeviceVector bias, int rows, int width);

  /** dBias += column sums of dOut. */
  void biasGradient(DeviceVector dBias, DeviceVector dOut, int rows, int width);

  /**
   * out = GELU(x + bias), the tanh form of GPT-2; then x = GELU′(x + bias), which is what the
   * gradient needs.
   */
  void biasGelu(DeviceVector out, DeviceVector x, DeviceVector bias, int rows, int width);

  /**
   * d = d·slope in place, with the slope as {@link #biasGelu} left it; dBias += column sums of d.
   */
  void biasGeluBackward(
      DeviceVector d, DeviceVector dBias, DeviceVector slope, int rows, int width);

  /** x = max(0, x + bias). */
  void biasRelu(DeviceVector x, DeviceVector bias, int rows, int width);

  /** d = d where out > 0, else 0. */
  void reluBackward(DeviceVector d, DeviceVector out, long count);

  /** x = tanh(x + bias). */
  void biasTanh(DeviceVector x, DeviceVector bias, int rows, int width);

  /** d = d·(1 − out²). */
  void tanhBackward(DeviceVector d, DeviceVector out, long count);

  /**
   * out = layer norm of the rows of {@code in}, epsilon 1e-5; mean and rstd are kept, one per row.
   */
  void layerNorm(
      DeviceVector out,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector in,
      DeviceVector gamma,
      DeviceVector beta,
      int rows,
      int width);

  /** sum = in + branch + bias; out = layer norm of sum. */
  void residualLayerNorm(
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
      int width);

  /** dIn = … or, with {@code accumulate}, dIn += …; dGamma += …; dBeta += …. */
  void layerNormBackward(
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
      boolean accumulate);

  /** out row r = tokenTable[tokens[r]] + positionTable[r mod period]. */
  void embedding(
      DeviceVector out,
      DeviceVector tokens,
      DeviceVector tokenTable,
      DeviceVector positionTable,
      int rows,
      int period,
      int width);

  /** dTokenTable[tokens[r]] += dOut row r; dPositionTable[r mod period] += dOut row r. */
  void embeddingBackward(
      DeviceVector dTokenTable,
      DeviceVector dPositionTable,
      DeviceVector tokens,
      DeviceVector dOut,
      int rows,
      int period,
      int width);

  /** Elements that {@link #attention} keeps for its gradient. */
  long attentionKept(AttentionShape shape);

  /** Elements of working space that {@link #attentionBackward} needs. */
  long attentionScratch(AttentionShape shape);

  /**
   * Causal multi-head attention of every sequence: with q, k, v of each head,
   *
   * <pre>out = softmax(q·kᵀ/√headWidth, causal)·v</pre>
   *
   * @param out rows × width, heads side by side
   * @param kept {@link #attentionKept} elements, for the gradient
   * @param qkv rows × 3·width: queries, keys, values, heads side by side in each
   */
  void attention(DeviceVector out, DeviceVector kept, DeviceVector qkv, AttentionShape shape);

  /**
   * Gradient of {@link #attention}.
   *
   * @param dQkv rows × 3·width, overwritten
   * @param scratch {@link #attentionScratch} elements
   */
  void attentionBackward(
      DeviceVector dQkv,
      DeviceVector dOut,
      DeviceVector out,
      DeviceVector kept,
      DeviceVector qkv,
      DeviceVector scratch,
      AttentionShape shape);

  /**
   * Softmax cross-entropy of each row of logits against its class.
   *
   * @param targets ints
   * @return sum of the rows' losses, in nats
   */
  double crossEntropy(DeviceVector logits, DeviceVector targets, int rows, int width);

  /** As {@link #crossEntropy}; the logits become gradientScale·(softmax − onehot(target)). */
  double crossEntropyBackward(
      DeviceVector logits, DeviceVector targets, int rows, int width, float gradientScale);

  /** SGD in torch's form: x −= rate·(gradientScale·g + decay·x). */
  void sgdStep(DeviceVector x, DeviceVector g, double rate, double decay, double gradientScale);

  /**
   * Momentum in torch's form without dampening: d = gradientScale·g + decay·x; m = momentum·m + d;
   * x −= rate·(nesterov ? d + momentum·m : m).
   */
  void momentumStep(
      DeviceVector x,
      DeviceVector m,
      DeviceVector g,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      double gradientScale);

  /**
   * AdamW in torch's form (see {@link org.estafette.kernel.AdamStep}).
   *
   * @param step t, counted from 1
   */
  void adamWStep(
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
      double gradientScale);

  /** Gives back what the device itself holds; arenas are closed by who allocated them. */
  @Override
  void close();
}
