package org.estafette.memory;

import org.estafette.kernel.AdamStep;
import org.estafette.kernel.LinearStep;
import org.jspecify.annotations.Nullable;

/**
 * One flat vector of numbers, and the operations that the algorithms need of it. Algorithms are
 * written once against this interface: they run in float32 on real models and in float64 against
 * exact traces.
 *
 * <p>All operations are in place on {@code this}. Vectors of one operation have equal length and,
 * but for {@link #copyFrom}, equal precision; otherwise {@link IllegalArgumentException} is thrown
 * before anything changes. A vector is used by one thread at a time.
 */
public sealed interface FlatVector permits Float32Vector, Float64Vector {
  /** Number of elements. */
  long length();

  /** How elements are held. */
  Precision precision();

  /** Element {@code index}. For tests and edges, not for hot paths. */
  double get(long index);

  /** Sets element {@code index}. For tests and edges, not for hot paths. */
  void set(long index, double value);

  /** this ← value. */
  void fill(double value);

  /** this ← source, converting the precision where it differs. */
  void copyFrom(FlatVector source);

  /** this ← a·this. */
  void scale(double a);

  /** this ← this + a·x. */
  void axpy(double a, FlatVector x);

  /** this ← a − b. */
  void difference(FlatVector a, FlatVector b);

  /**
   * this ← Σ_j weights[j]·xs[j], added in the order of j, so that every replica gets the same bits.
   * With {@code count} 0 the result is 0.
   */
  void weightedSum(FlatVector[] xs, double[] weights, int count);

  /**
   * this ← for each coordinate the mean of the xs' values without the {@code trim} smallest and the
   * {@code trim} largest. With {@code trim = (count − 1) / 2} that is the median. The numbers are
   * finite.
   *
   * @throws IllegalArgumentException where {@code 2·trim >= count}
   */
  void trimmedMean(FlatVector[] xs, int count, int trim);

  /**
   * All inner products: {@code into[i·count + j] = xs[i]·xs[j]}, accumulated in float64, with each
   * vector read from memory once. The xs are of this vector's length and precision; this vector
   * itself takes no part.
   */
  void gram(FlatVector[] xs, int count, double[] into);

  /** Σ this·other, accumulated in float64. */
  double dot(FlatVector other);

  /**
   * Σ this², accumulated in float64. Of float32 numbers it is finite exactly where all of them are:
   * norm and {@link #isFinite} in one pass.
   */
  default double squaredNorm() {
    return dot(this);
  }

  /** Whether no element is NaN or infinite. */
  boolean isFinite();

  /**
   * Delay compensation: this ← this + λ·this⊙this⊙(now − atPull), with this a pseudo-gradient, now
   * the server's parameters and atPull those that the worker started from.
   */
  void delayCompensate(double lambda, FlatVector now, FlatVector atPull);

  /**
   * Applies {@code count} outer steps to these parameters in one pass over memory: bit for bit the
   * result of applying them one after another.
   *
   * @param momentum m, changed; null only if no step uses it
   * @param buffer b, changed; null only if no step uses it
   * @param pushes the pseudo-gradients g_1 … g_count
   * @param steps their coefficients
   */
  void linearSteps(
      @Nullable FlatVector momentum,
      @Nullable FlatVector buffer,
      FlatVector[] pushes,
      LinearStep[] steps,
      int count);

  /**
   * One AdamW step on these parameters.
   *
   * @param m first moment, changed
   * @param v second moment, changed
   * @param gradient the gradient
   */
  void adamStep(FlatVector m, FlatVector v, FlatVector gradient, AdamStep step);
}
