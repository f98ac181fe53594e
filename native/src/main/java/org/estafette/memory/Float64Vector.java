package org.estafette.memory;

import java.util.Arrays;
import org.estafette.kernel.AdamStep;
import org.estafette.kernel.LinearStep;
import org.jspecify.annotations.Nullable;

/**
 * Float64 numbers on the Java heap: the reference in which rules are tested against exact traces.
 * Products and sums are rounded one by one, as the independent programs behind the traces do it.
 */
public final class Float64Vector implements FlatVector {
  private final double[] array;
  private double[] values = {};

  private Float64Vector(double[] array) {
    this.array = array;
  }

  /**
   * A vector of zeros.
   *
   * @throws IllegalArgumentException where {@code length} is negative or more than an array holds
   */
  public static Float64Vector zeros(long length) {
    if (length < 0 || length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "length=" + length + " (expected 0 to " + (Integer.MAX_VALUE - 8) + ")");
    }
    return new Float64Vector(new double[(int) length]);
  }

  /** A vector of these values, copied. */
  public static Float64Vector of(double... values) {
    return new Float64Vector(values.clone());
  }

  /** A copy of the elements. */
  public double[] toArray() {
    return array.clone();
  }

  /** The elements themselves. */
  double[] array() {
    return array;
  }

  @Override
  public long length() {
    return array.length;
  }

  @Override
  public Precision precision() {
    return Precision.FLOAT64;
  }

  @Override
  public double get(long index) {
    return array[Math.toIntExact(index)];
  }

  @Override
  public void set(long index, double value) {
    array[Math.toIntExact(index)] = value;
  }

  @Override
  public void fill(double value) {
    Arrays.fill(array, value);
  }

  @Override
  public void copyFrom(FlatVector source) {
    if (source.length() != array.length) {
      throw Operands.wrongLength("source", source, array.length);
    }
    switch (source) {
      case Float64Vector d -> System.arraycopy(d.array, 0, array, 0, array.length);
      case Float32Vector f -> {
        for (int i = 0; i < array.length; i++) {
          array[i] = f.get(i);
        }
      }
    }
  }

  @Override
  public void scale(double a) {
    for (int i = 0; i < array.length; i++) {
      array[i] *= a;
    }
  }

  @Override
  public void axpy(double a, FlatVector x) {
    double[] from = like("x", x);
    for (int i = 0; i < array.length; i++) {
      array[i] += a * from[i];
    }
  }

  @Override
  public void difference(FlatVector a, FlatVector b) {
    double[] minuend = like("a", a);
    double[] subtrahend = like("b", b);
    for (int i = 0; i < array.length; i++) {
      array[i] = minuend[i] - subtrahend[i];
    }
  }

  @Override
  public void weightedSum(FlatVector[] xs, double[] weights, int count) {
    Operands.checkCount(count, xs.length, "xs");
    Operands.checkCount(count, weights.length, "weights");
    for (int j = 0; j < count; j++) {
      like("xs", xs[j]);
    }
    for (int i = 0; i < array.length; i++) {
      double sum = 0;
      for (int j = 0; j < count; j++) {
        sum += weights[j] * ((Float64Vector) xs[j]).array[i];
      }
      array[i] = sum;
    }
  }

  @Override
  public void trimmedMean(FlatVector[] xs, int count, int trim) {
    Operands.checkCount(count, xs.length, "xs");
    Operands.checkTrim(count, trim);
    for (int j = 0; j < count; j++) {
      like("xs", xs[j]);
    }
    if (values.length != count) {
      values = new double[count];
    }
    for (int i = 0; i < array.length; i++) {
      for (int j = 0; j < count; j++) {
        values[j] = ((Float64Vector) xs[j]).array[i];
      }
      Arrays.sort(values);
      double sum = 0;
      for (int j = trim; j < count - trim; j++) {
        sum += values[j];
      }
      array[i] = sum / (count - 2 * trim);
    }
  }

  @Override
  public void gram(FlatVector[] xs, int count, double[] into) {
    Operands.checkCount(count, xs.length, "xs");
    Operands.checkCount(count * count, into.length, "into");
    for (int j = 0; j < count; j++) {
      like("xs", xs[j]);
    }
    for (int i = 0; i < count; i++) {
      for (int j = i; j < count; j++) {
        into[i * count + j] = xs[i].dot(xs[j]);
      }
    }
    Operands.mirror(into, count);
  }

  @Override
  public double dot(FlatVector other) {
    double[] that = like("other", other);
    double sum = 0;
    for (int i = 0; i < array.length; i++) {
      sum += array[i] * that[i];
    }
    return sum;
  }

  @Override
  public boolean isFinite() {
    for (double value : array) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void delayCompensate(double lambda, FlatVector now, FlatVector atPull) {
    double[] here = like("now", now);
    double[] there = like("atPull", atPull);
    for (int i = 0; i < array.length; i++) {
      double g = array[i];
      array[i] = g + lambda * g * g * (here[i] - there[i]);
    }
  }

  @Override
  public void linearSteps(
      @Nullable FlatVector momentum,
      @Nullable FlatVector buffer,
      FlatVector[] pushes,
      LinearStep[] steps,
      int count) {
    Operands.checkSteps(momentum, buffer, pushes, steps, count);
    double[] m = momentum == null ? array : like("momentum", momentum);
    double[] b = buffer == null ? array : like("buffer", buffer);
    for (int j = 0; j < count; j++) {
      like("pushes", pushes[j]);
    }
    for (int j = 0; j < count; j++) {
      linearStep(m, b, ((Float64Vector) pushes[j]).array, steps[j]);
    }
  }

  private void linearStep(double[] m, double[] b, double[] push, LinearStep s) {
    LinearStep.Kind kind = s.kind();
    boolean refresh = kind == LinearStep.Kind.REFRESH;
    boolean accumulate = kind == LinearStep.Kind.ACCUMULATE;
    boolean writesMomentum = kind == LinearStep.Kind.MOMENTUM || (refresh && s.usesMomentum());
    boolean readsMomentum = kind != LinearStep.Kind.PLAIN && s.fromMomentum() != 0;
    boolean readsBuffer = refresh && s.fromBuffer() != 0;
    for (int i = 0; i < array.length; i++) {
      double g = push[i];
      double taken = g;
      if (accumulate) {
        b[i] += s.intoBuffer() * g;
      } else if (refresh) {
        taken = b[i] + s.intoBuffer() * g;
        b[i] = 0;
      }
      if (writesMomentum) {
        m[i] = s.decay() * m[i] + s.intoMomentum() * taken;
      }
      double x = array[i];
      if (readsMomentum) {
        x -= s.fromMomentum() * m[i];
      }
      if (s.fromGradient() != 0) {
        x -= s.fromGradient() * g;
      }
      if (readsBuffer) {
        x -= s.fromBuffer() * taken;
      }
      array[i] = x;
    }
  }

  @Override
  public void adamStep(FlatVector m, FlatVector v, FlatVector gradient, AdamStep step) {
    double[] first = like("m", m);
    double[] second = like("v", v);
    double[] gradients = like("gradient", gradient);
    double keep = 1 - step.rate() * step.weightDecay();
    double correction1 = step.correction1();
    double correction2 = step.correction2();
    for (int i = 0; i < array.length; i++) {
      double g = step.gradientScale() * gradients[i];
      first[i] = step.beta1() * first[i] + (1 - step.beta1()) * g;
      second[i] = step.beta2() * second[i] + (1 - step.beta2()) * g * g;
      double denominator = Math.sqrt(second[i] / correction2) + step.epsilon();
      array[i] = keep * array[i] - step.rate() * (first[i] / correction1) / denominator;
    }
  }

  @Override
  public String toString() {
    return Operands.describe(this);
  }

  private double[] like(String name, FlatVector other) {
    if (!(other instanceof Float64Vector that)) {
      throw Operands.wrongPrecision(name, other, precision());
    }
    if (that.array.length != array.length) {
      throw Operands.wrongLength(name, other, array.length);
    }
    return that.array;
  }
}
