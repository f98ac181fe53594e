package org.estafette.kernel;

/**
 * The layers of a network over rows of float32 at absolute addresses: everything of a training step
 * that is not a matrix product. Matrices are row-major without gaps unless a distance {@code ld}
 * between rows is given; "+=" adds to what is there. Names with d are gradients of the loss.
 *
 * <p>There are two implementations; they agree within a few units of the last place times the
 * length of a sum. Each gives the same bits for the same input. Addresses are 4-byte aligned;
 * 64-byte alignment is fastest. Nothing is checked and nothing allocated here: the caller owns the
 * memory.
 */
public interface RowKernels {
  /** The fastest implementation that this JVM can run. */
  static RowKernels best() {
    return RowKernelsProvider.BEST;
  }

  /** The plain loops that the fast implementation is checked against. */
  static RowKernels scalar() {
    return RowKernelsProvider.SCALAR;
  }

  /** One sentence on which implementation {@link #best} is, and why. */
  static String reason() {
    return RowKernelsProvider.REASON;
  }

  /** Name for logs and benchmark tables. */
  String name();

  /**
   * Layer norm: out = (in − mean)·rstd·gamma + beta per row, with the biased variance; mean and
   * rstd (one each per row) are kept for the gradient.
   */
  void layerNorm(
      long out, long mean, long rstd, long in, long gamma, long beta, int rows, int width);

  /** sum = in + branch + bias (bias of one row), then out = layer norm of sum. */
  void residualLayerNorm(
      long out,
      long sum,
      long mean,
      long rstd,
      long in,
      long branch,
      long bias,
      long gamma,
      long beta,
      int rows,
      int width);

  /**
   * Gradient of {@link #layerNorm}: dGamma += …, dBeta += …, and dIn += … or, without {@code
   * accumulate}, dIn = ….
   */
  void layerNormBackward(
      long dIn,
      long dGamma,
      long dBeta,
      long dOut,
      long in,
      long mean,
      long rstd,
      long gamma,
      int rows,
      int width,
      boolean accumulate);

  /** x += bias in every row. */
  void addBias(long x, long bias, int rows, int width);

  /** dBias += column sums of dOut. */
  void biasGradient(long dBias, long dOut, int rows, int width);

  /**
   * out = GELU(v) of v = x + bias, in the tanh form of GPT-2: ½v(1 + tanh(√(2/π)(v + 0.044715v³)));
   * x = GELU′(v), for the gradient: it shares the exponential, which is most of the work.
   */
  void biasGelu(long out, long x, long bias, int rows, int width);

  /** d = d·slope in place, with the slope as {@link #biasGelu} left it; dBias += column sums. */
  void biasGeluBackward(long d, long dBias, long slope, int rows, int width);

  /** x = max(0, x + bias). */
  void biasRelu(long x, long bias, int rows, int width);

  /** d = d where out > 0, else 0. */
  void reluBackward(long d, long out, long count);

  /** x = tanh(x + bias). */
  void biasTanh(long x, long bias, int rows, int width);

  /** d = d·(1 − out²). */
  void tanhBackward(long d, long out, long count);

  /**
   * Causal softmax in place: of row r the first {@code firstLength + r} columns (at most all)
   * become softmax(scale·x), the others 0.
   *
   * @param ld distance between rows
   */
  void causalSoftmax(long x, int ld, int rows, int columns, int firstLength, float scale);

  /**
   * Gradient of {@link #causalSoftmax} in place: d = scale·p·(d − Σ p·d) per row over its columns,
   * the others 0.
   */
  void causalSoftmaxBackward(
      long d, long p, int ld, int rows, int columns, int firstLength, float scale);

  /**
   * Softmax cross-entropy of each row of logits against its class, in nats.
   *
   * @param targets one int per row, 0 … width − 1
   * @return the sum of the rows' losses
   */
  double crossEntropy(long logits, long targets, int rows, int width);

  /** As {@link #crossEntropy}; the logits become gradientScale·(softmax − onehot(target)). */
  double crossEntropyBackward(long logits, long targets, int rows, int width, float gradientScale);

  /** out row r = tokenTable[tokens[r]] + positionTable[r mod period]. */
  void embedding(
      long out, long tokens, long tokenTable, long positionTable, int rows, int period, int width);

  /** dTokenTable[tokens[r]] += dOut row r; dPositionTable[r mod period] += dOut row r. */
  void embeddingBackward(
      long dTokenTable,
      long dPositionTable,
      long tokens,
      long dOut,
      int rows,
      int period,
      int width);

  /** out = a + b. */
  void add(long out, long a, long b, long count);

  /** x −= rate·(gradientScale·g + decay·x): SGD in torch's form. */
  void sgdStep(long x, long g, long count, float rate, float decay, float gradientScale);

  /**
   * Momentum in torch's form: g ← gradientScale·g + decay·x; m ← momentum·m + g; x −=
   * rate·(nesterov ? g + momentum·m : m).
   */
  void momentumStep(
      long x,
      long m,
      long g,
      long count,
      float rate,
      float momentum,
      boolean nesterov,
      float decay,
      float gradientScale);

  /**
   * AdamW (see {@link AdamStep}), with {@code keep} = 1 − rate·weightDecay, {@code stepSize} =
   * rate/(1 − β₁ᵗ) and {@code rootScale} = 1/√(1 − β₂ᵗ): x ← keep·x − stepSize·m/(√v·rootScale +
   * ε).
   */
  void adamWStep(
      long x,
      long m,
      long v,
      long g,
      long count,
      float beta1,
      float beta2,
      float epsilon,
      float keep,
      float stepSize,
      float rootScale,
      float gradientScale);
}
