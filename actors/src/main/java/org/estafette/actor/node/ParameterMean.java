package org.estafette.actor.node;

import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * x̄ and Ξ of the workers' parameters, in one pass and two vectors. Sums run over differences to
 * the first worker's parameters, so that workers who nearly agree lose no digits.
 */
final class ParameterMean implements AutoCloseable {
  private @Nullable Lease reference;
  private @Nullable Lease sum;
  private double squares;
  private int count;

  /** What came out; the lease of the mean passes to who takes it. */
  record Result(Lease mean, double consensus, int workers) {}

  /** Takes one worker's parameters, shape (d); the lease passes. */
  void add(Lease parameters) {
    count++;
    Lease first = reference;
    if (first == null) {
      reference = parameters;
      return;
    }
    parameters.vector().axpy(-1, first.vector());
    squares += parameters.vector().squaredNorm();
    if (sum == null) {
      sum = parameters;
    } else {
      sum.vector().axpy(1, parameters.vector());
      parameters.close();
    }
  }

  /** Workers so far. */
  int count() {
    return count;
  }

  /**
   * x̄ = (1/n) Σ x_i and Ξ = √((1/n) Σ ‖x̄ − x_i‖²).
   *
   * @throws IllegalStateException where nothing was added
   */
  Result take() {
    Lease mean = reference;
    if (mean == null) {
      throw new IllegalStateException("workers=0 (expected at least one to take the mean of)");
    }
    reference = null;
    double variance = 0;
    if (sum != null) {
      double n = count;
      variance = squares / n - sum.vector().squaredNorm() / (n * n);
      mean.vector().axpy(1 / n, sum.vector());
      sum.close();
      sum = null;
    }
    // Rounding may leave a tiny negative number where all agree.
    return new Result(mean, Math.sqrt(Math.max(0, variance)), count);
  }

  @Override
  public void close() {
    if (reference != null) {
      reference.close();
      reference = null;
    }
    if (sum != null) {
      sum.close();
      sum = null;
    }
  }
}
