package org.estafette.simulation;

import org.estafette.algorithm.random.CounterRandom;

/**
 * Which messages are lost or arrive twice: a pure function of (seed, sender, receiver, sequence).
 *
 * @param lost probability that a message is lost, in [0, 1)
 * @param duplicated probability that one that arrives does so twice, in [0, 1)
 * @param seed decides which
 */
public record Losses(double lost, double duplicated, long seed) {
  /** Every message arrives once. */
  public static final Losses NONE = new Losses(0, 0, 0);

  /**
   * @throws IllegalArgumentException where a probability is out of its range
   */
  public Losses {
    if (!(lost >= 0 && lost < 1 && duplicated >= 0 && duplicated < 1)) {
      throw new IllegalArgumentException(
          "lost=" + lost + ", duplicated=" + duplicated + " (expected in [0, 1))");
    }
  }

  /** Messages are lost with this probability. */
  public static Losses of(double probability, long seed) {
    return new Losses(probability, 0, seed);
  }

  /** Whether the sender's message of that number does not reach the receiver. */
  public boolean loses(int from, int to, long sequence) {
    return lost > 0 && CounterRandom.uniform(CounterRandom.key(seed, 1, from, to), sequence) < lost;
  }

  /** Whether it arrives twice. */
  public boolean duplicates(int from, int to, long sequence) {
    return duplicated > 0
        && CounterRandom.uniform(CounterRandom.key(seed, 2, from, to), sequence) < duplicated;
  }
}
