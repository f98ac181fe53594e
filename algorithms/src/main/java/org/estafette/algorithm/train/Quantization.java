package org.estafette.algorithm.train;

import org.estafette.algorithm.random.CounterRandom;
import org.estafette.kernel.BlockQuantizer;

/**
 * Pseudo-gradients are rounded to a grid before they leave the device: at random, right on average,
 * and so that they can be sent in fewer bytes without further loss. See {@link BlockQuantizer}.
 *
 * @param bits of an element on its way: 8 or 4
 * @param seed the run's seed
 */
public record Quantization(int bits, long seed) {
  private static final long KEY = CounterRandom.key("quantized pushes");

  /**
   * @throws IllegalArgumentException where the bits are something else
   */
  public Quantization {
    BlockQuantizer.of(bits);
  }

  /**
   * Names the random numbers of a round: no two rounds of a run begin at one place of a shard, so
   * no two pushes are rounded alike, and a round that is trained again is rounded as before.
   */
  long key(int shard, long shardStep) {
    return CounterRandom.key(CounterRandom.key(KEY, seed), shard, shardStep);
  }
}
