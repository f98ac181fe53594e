package org.estafette.algorithm.model;

/**
 * How the next token is chosen.
 *
 * @param temperature logits are divided by it; 0 takes the likeliest token
 * @param topK only the K likeliest tokens are eligible; 0 for all
 * @param seed decides the choices
 */
public record Sampling(double temperature, int topK, long seed) {
  /**
   * @throws IllegalArgumentException where a value is negative
   */
  public Sampling {
    if (!(temperature >= 0) || topK < 0) {
      throw new IllegalArgumentException(
          "temperature=" + temperature + ", topK=" + topK + " (expected both >= 0)");
    }
  }

  /** Always the likeliest token. */
  public static Sampling greedy() {
    return new Sampling(0, 0, 0);
  }
}
