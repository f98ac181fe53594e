package org.estafette.algorithm.outer;

import java.util.Map;
import org.estafette.memory.Precision;

/**
 * Makes an outer optimizer: how users bring one that is more than a linear rule. The class that
 * {@code estafette.outer.rule} names is public and has a public constructor without parameters.
 */
@FunctionalInterface
public interface OuterProvider {
  /**
   * An optimizer that has applied nothing yet.
   *
   * @throws IllegalArgumentException where an option makes no sense; say which
   */
  OuterOptimizer create(Request request);

  /**
   * What the optimizer is for.
   *
   * @param length elements of the parameters
   * @param precision of parameters and pushes; float32 in runs
   * @param rate {@code estafette.outer.rate}
   * @param momentum {@code estafette.outer.momentum}
   * @param weightDecay {@code estafette.outer.weight-decay}
   * @param options {@code estafette.outer.options}
   */
  record Request(
      long length,
      Precision precision,
      double rate,
      double momentum,
      double weightDecay,
      Map<String, String> options) {
    /** Copies the options. */
    public Request {
      options = Map.copyOf(options);
    }

    /**
     * A number of the options, or what stands for it where it is missing.
     *
     * @throws IllegalArgumentException where it is no number
     */
    public double number(String name, double otherwise) {
      String value = options.get(name);
      try {
        return value == null ? otherwise : Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(name + "=" + value + " (expected a number)", e);
      }
    }
  }
}
