package org.estafette.kernel;

/** {@link RowKernels} as plain loops, with sums and functions in float64. */
final class RowKernelsScalar implements RowKernels {
  static final double EPSILON = 1e-5;
  private static final double GELU_ROOT = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBE = 0.044715;

  private static float get(long base, long index) {
    return VectorsMemory.get(base + 4 * index);
  }

  private static void set(long base, long index, double value) {
    VectorsMemory.set(base + 4 * index, (float) value);
  }

  private static void add(long base, long index, double value) {
    set(base, index, get(base, index) + value);
  }

  private static int getInt(long base, long index) {
    return Float.floatToRawIntBits(get(base, index));
  }

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void layerNorm(
      long out, long mean, long rstd, long in, long gamma, long beta, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      long row = (long) r * width;
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += get(in, row + i);
      }
      double mu = sum / width;
      double squares = 0;
      for (int i = 0; i < width; i++) {
        double d = get(in, row + i) - mu;
        squares += d * d;
      }
      double scale = 1 / Math.sqrt(squares / width + EPSILON);
      for (int i = 0; i < width; i++) {
        set(out, row + i, (get(in, row + i) - mu) * scale * get(gamma, i) + get(beta, i));
      }
      set(mean, r, mu);
      set(rstd, r, scale);
    }
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
    for (int r = 0; r < rows; r++) {
      long row = (long) r * width;
      for (int i = 0; i < width; i++) {
        set(sum, row + i, (double) get(in, row + i) + get(branch, row + i) + get(bias, i));
      }
    }
    layerNorm(out, mean, rstd, sum, gamma, beta, rows, width);
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
    for (int r = 0; r < rows; r++) {
      long row = (long) r * width;
      double mu = get(mean, r);
      double scale = get(rstd, r);
      double sum = 0;
      double product = 0;
      for (int i = 0; i < width; i++) {
        double normed = (get(in, row + i) - mu) * scale;
        double d = (double) get(dOut, row + i) * get(gamma, i);
        sum += d;
        product += d * normed;
      }
      for (int i = 0; i < width; i++) {
        double normed = (get(in, row + i) - mu) * scale;
        double d = get(dOut, row + i);
        add(dGamma, i, d * normed);
        add(dBeta, i, d);
        double dx = scale * (d * get(gamma, i) - sum / width - normed * product / width);
        set(dIn, row + i, accumulate ? get(dIn, row + i) + dx : dx);
      }
    }
  }

  @Override
  public void addBias(long x, long bias, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < width; i++) {
        add(x, (long) r * width + i, get(bias, i));
      }
    }
  }

  @Override
  public void biasGradient(long dBias, long dOut, int rows, int width) {
    for (int i = 0; i < width; i++) {
      double sum = 0;
      for (int r = 0; r < rows; r++) {
        sum += get(dOut, (long) r * width + i);
      }
      add(dBias, i, sum);
    }
  }

  @Override
  public void biasGelu(long out, long x, long bias, int rows, int width) {
    addBias(x, bias, rows, width);
    for (long i = 0; i < (long) rows * width; i++) {
      double v = get(x, i);
      double t = Math.tanh(GELU_ROOT * (v + GELU_CUBE * v * v * v));
      double inner = GELU_ROOT * (1 + 3 * GELU_CUBE * v * v);
      set(out, i, 0.5 * v * (1 + t));
      set(x, i, 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * inner);
    }
  }

  @Override
  public void biasGeluBackward(long d, long dBias, long slope, int rows, int width) {
    for (long i = 0; i < (long) rows * width; i++) {
      set(d, i, get(d, i) * get(slope, i));
    }
    biasGradient(dBias, d, rows, width);
  }

  @Override
  public void biasRelu(long x, long bias, int rows, int width) {
    addBias(x, bias, rows, width);
    for (long i = 0; i < (long) rows * width; i++) {
      set(x, i, Math.max(0f, get(x, i)));
    }
  }

  @Override
  public void reluBackward(long d, long out, long count) {
    for (long i = 0; i < count; i++) {
      if (!(get(out, i) > 0)) {
        set(d, i, 0);
      }
    }
  }

  @Override
  public void biasTanh(long x, long bias, int rows, int width) {
    addBias(x, bias, rows, width);
    for (long i = 0; i < (long) rows * width; i++) {
      set(x, i, Math.tanh(get(x, i)));
    }
  }

  @Override
  public void tanhBackward(long d, long out, long count) {
    for (long i = 0; i < count; i++) {
      double y = get(out, i);
      set(d, i, get(d, i) * (1 - y * y));
    }
  }

  @Override
  public void causalSoftmax(long x, int ld, int rows, int columns, int firstLength, float scale) {
    for (int r = 0; r < rows; r++) {
      long row = (long) r * ld;
      int length = Math.min(columns, firstLength + r);
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < length; i++) {
        max = Math.max(max, get(x, row + i));
      }
      double sum = 0;
      for (int i = 0; i < length; i++) {
        sum += Math.exp(scale * (get(x, row + i) - max));
      }
      for (int i = 0; i < columns; i++) {
        set(x, row + i, i < length ? Math.exp(scale * (get(x, row + i) - max)) / sum : 0);
      }
    }
  }

  @Override
  public void causalSoftmaxBackward(
      long d, long p, int ld, int rows, int columns, int firstLength, float scale) {
    for (int r = 0; r < rows; r++) {
      long row = (long) r * ld;
      int length = Math.min(columns, firstLength + r);
      double sum = 0;
      for (int i = 0; i < length; i++) {
        sum += (double) get(p, row + i) * get(d, row + i);
      }
      for (int i = 0; i < columns; i++) {
        set(d, row + i, i < length ? scale * get(p, row + i) * (get(d, row + i) - sum) : 0);
      }
    }
  }

  @Override
  public double crossEntropy(long logits, long targets, int rows, int width) {
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      loss += logSumExp(logits, (long) r * width, width) - target(logits, targets, r, width);
    }
    return loss;
  }

  @Override
  public double crossEntropyBackward(
      long logits, long targets, int rows, int width, float gradientScale) {
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      long row = (long) r * width;
      double normalizer = logSumExp(logits, row, width);
      loss += normalizer - target(logits, targets, r, width);
      int right = getInt(targets, r);
      for (int i = 0; i < width; i++) {
        double p = Math.exp(get(logits, row + i) - normalizer);
        set(logits, row + i, gradientScale * (p - (i == right ? 1 : 0)));
      }
    }
    return loss;
  }

  private static double target(long logits, long targets, int r, int width) {
    return get(logits, (long) r * width + getInt(targets, r));
  }

  private static double logSumExp(long x, long row, int width) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      max = Math.max(max, get(x, row + i));
    }
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.exp(get(x, row + i) - max);
    }
    return max + Math.log(sum);
  }

  @Override
  public void embedding(
      long out, long tokens, long tokenTable, long positionTable, int rows, int period, int width) {
    for (int r = 0; r < rows; r++) {
      long token = (long) getInt(tokens, r) * width;
      long position = (long) (r % period) * width;
      for (int i = 0; i < width; i++) {
        set(
            out,
            (long) r * width + i,
            (double) get(tokenTable, token + i) + get(positionTable, position + i));
      }
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
      long token = (long) getInt(tokens, r) * width;
      long position = (long) (r % period) * width;
      for (int i = 0; i < width; i++) {
        float d = get(dOut, (long) r * width + i);
        add(dTokenTable, token + i, d);
        add(dPositionTable, position + i, d);
      }
    }
  }

  @Override
  public void add(long out, long a, long b, long count) {
    for (long i = 0; i < count; i++) {
      set(out, i, get(a, i) + get(b, i));
    }
  }

  @Override
  public void sgdStep(long x, long g, long count, float rate, float decay, float gradientScale) {
    for (long i = 0; i < count; i++) {
      float now = get(x, i);
      float d = Math.fma(decay, now, gradientScale * get(g, i));
      set(x, i, Math.fma(-rate, d, now));
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
    for (long i = 0; i < count; i++) {
      float now = get(x, i);
      float d = Math.fma(decay, now, gradientScale * get(g, i));
      float moved = Math.fma(momentum, get(m, i), d);
      set(m, i, moved);
      set(x, i, Math.fma(-rate, nesterov ? Math.fma(momentum, moved, d) : moved, now));
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
    for (long i = 0; i < count; i++) {
      float d = gradientScale * get(g, i);
      float first = Math.fma(beta1, get(m, i), (1 - beta1) * d);
      float second = Math.fma(beta2, get(v, i), (1 - beta2) * d * d);
      set(m, i, first);
      set(v, i, second);
      float denominator = Math.fma((float) Math.sqrt(second), rootScale, epsilon);
      set(x, i, Math.fma(keep, get(x, i), -(stepSize * first / denominator)));
    }
  }
}
