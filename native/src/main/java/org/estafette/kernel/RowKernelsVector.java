package org.estafette.kernel;

/**
 * {@link RowKernels} by the Vector API. The loops over vectors are small static methods of their
 * own: the JIT compiles each by itself and keeps every vector in a register.
 */
final class RowKernelsVector implements RowKernels {
  /** Elements per call of an elementwise kernel, so that its loop counts with an int. */
  private static final int PIECE = 1 << 20;

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public void layerNorm(
      long out, long mean, long rstd, long in, long gamma, long beta, int rows, int width) {
    RowKernelsVectorNorm.layerNorm(out, mean, rstd, in, gamma, beta, rows, width);
  }

  @Override
  public void residualLayerNorm(
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
      int width) {
    RowKernelsVectorNorm.residualLayerNorm(
        out, sum, mean, rstd, in, branch, bias, gamma, beta, rows, width);
  }

  @Override
  public void layerNormBackward(
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
      boolean accumulate) {
    RowKernelsVectorNorm.layerNormBackward(
        dIn, dGamma, dBeta, dOut, in, mean, rstd, gamma, rows, width, accumulate);
  }

  @Override
  public void addBias(long x, long bias, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      RowKernelsVectorActivation.addBias(x + 4L * r * width, bias, width);
    }
  }

  @Override
  public void biasGradient(long dBias, long dOut, int rows, int width) {
    RowKernelsVectorActivation.biasGradient(dBias, dOut, rows, width);
  }

  @Override
  public void biasGelu(long out, long x, long bias, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      long row = 4L * r * width;
      RowKernelsVectorActivation.biasGelu(out + row, x + row, bias, width);
    }
  }

  @Override
  public void biasGeluBackward(long d, long dBias, long slope, int rows, int width) {
    RowKernelsVectorActivation.geluBackward(d, dBias, slope, rows, width);
  }

  @Override
  public void biasRelu(long x, long bias, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      RowKernelsVectorActivation.biasRelu(x + 4L * r * width, bias, width);
    }
  }

  @Override
  public void reluBackward(long d, long out, long count) {
    for (long i = 0; i < count; i += PIECE) {
      RowKernelsVectorActivation.reluBackward(d + 4 * i, out + 4 * i, piece(count, i));
    }
  }

  @Override
  public void biasTanh(long x, long bias, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      RowKernelsVectorActivation.biasTanh(x + 4L * r * width, bias, width);
    }
  }

  @Override
  public void tanhBackward(long d, long out, long count) {
    for (long i = 0; i < count; i += PIECE) {
      RowKernelsVectorActivation.tanhBackward(d + 4 * i, out + 4 * i, piece(count, i));
    }
  }

  @Override
  public void causalSoftmax(long x, int ld, int rows, int columns, int firstLength, float scale) {
    for (int r = 0; r < rows; r++) {
      int length = Math.min(columns, firstLength + r);
      RowKernelsVectorSoftmax.softmax(x + 4L * r * ld, length, columns, scale);
    }
  }

  @Override
  public void causalSoftmaxBackward(
      long d, long p, int ld, int rows, int columns, int firstLength, float scale) {
    for (int r = 0; r < rows; r++) {
      long row = 4L * r * ld;
      int length = Math.min(columns, firstLength + r);
      RowKernelsVectorSoftmax.softmaxBackward(d + row, p + row, length, columns, scale);
    }
  }

  @Override
  public double crossEntropy(long logits, long targets, int rows, int width) {
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      int target = Lanes.getInt(targets + 4L * r);
      loss += RowKernelsVectorSoftmax.crossEntropy(logits + 4L * r * width, target, width);
    }
    return loss;
  }

  @Override
  public double crossEntropyBackward(
      long logits, long targets, int rows, int width, float gradientScale) {
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      int target = Lanes.getInt(targets + 4L * r);
      loss +=
          RowKernelsVectorSoftmax.crossEntropyBackward(
              logits + 4L * r * width, target, width, gradientScale);
    }
    return loss;
  }

  @Override
  public void embedding(
      long out, long tokens, long tokenTable, long positionTable, int rows, int period, int width) {
    for (int r = 0; r < rows; r++) {
      long token = tokenTable + 4L * width * Lanes.getInt(tokens + 4L * r);
      long position = positionTable + 4L * width * (r % period);
      RowKernelsVectorSteps.add(out + 4L * r * width, token, position, width);
    }
  }

  @Override
  public void embeddingBackward(
      long dTokenTable,
      long dPositionTable,
      long tokens,
      long dOut,
      int rows,
      int period,
      int width) {
    for (int r = 0; r < rows; r++) {
      long token = dTokenTable + 4L * width * Lanes.getInt(tokens + 4L * r);
      long position = dPositionTable + 4L * width * (r % period);
      long row = dOut + 4L * r * width;
      RowKernelsVectorSteps.add(token, token, row, width);
      RowKernelsVectorSteps.add(position, position, row, width);
    }
  }

  @Override
  public void add(long out, long a, long b, long count) {
    for (long i = 0; i < count; i += PIECE) {
      RowKernelsVectorSteps.add(out + 4 * i, a + 4 * i, b + 4 * i, piece(count, i));
    }
  }

  @Override
  public void sgdStep(long x, long g, long count, float rate, float decay, float gradientScale) {
    for (long i = 0; i < count; i += PIECE) {
      RowKernelsVectorSteps.sgd(x + 4 * i, g + 4 * i, piece(count, i), rate, decay, gradientScale);
    }
  }

  @Override
  public void momentumStep(
      long x,
      long m,
      long g,
      long count,
      float rate,
      float momentum,
      boolean nesterov,
      float decay,
      float gradientScale) {
    for (long i = 0; i < count; i += PIECE) {
      RowKernelsVectorSteps.momentum(
          x + 4 * i,
          m + 4 * i,
          g + 4 * i,
          piece(count, i),
          rate,
          momentum,
          nesterov,
          decay,
          gradientScale);
    }
  }

  @Override
  public void adamWStep(
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
      float gradientScale) {
    for (long i = 0; i < count; i += PIECE) {
      RowKernelsVectorSteps.adamW(
          x + 4 * i,
          m + 4 * i,
          v + 4 * i,
          g + 4 * i,
          piece(count, i),
          beta1,
          beta2,
          epsilon,
          keep,
          stepSize,
          rootScale,
          gradientScale);
    }
  }

  private static int piece(long count, long from) {
    return (int) Math.min(PIECE, count - from);
  }
}
