package org.estafette.algorithm.pace;

import java.util.Arrays;

/** Which shard a worker trains on next. */
public sealed interface ShardChoice {
  /**
   * The next shard.
   *
   * @param slot the worker
   * @param sizes size of each shard
   * @param progress steps taken, or given out, on each shard
   * @param uniform a random number in [0, 1), the choice's only randomness
   */
  int choose(int slot, long[] sizes, long[] progress, double uniform);

  /** Each worker stays on the shard of its slot. */
  record Own() implements ShardChoice {
    @Override
    public int choose(int slot, long[] sizes, long[] progress, double uniform) {
      return slot % sizes.length;
    }
  }

  /** The shard with the least progress; ties are drawn. */
  record LeastVisited() implements ShardChoice {
    @Override
    public int choose(int slot, long[] sizes, long[] progress, double uniform) {
      long least = Arrays.stream(progress).min().orElseThrow();
      int ties = (int) Arrays.stream(progress).filter(p -> p == least).count();
      int pick = (int) (uniform * ties);
      for (int i = 0; i < progress.length; i++) {
        if (progress[i] == least && pick-- == 0) {
          return i;
        }
      }
      throw new IllegalStateException("uniform=" + uniform + " (expected 0 <= uniform < 1)");
    }
  }

  /** Drawn from {@link #probabilities}: shards that lag behind their share are likelier. */
  record Proportional() implements ShardChoice {
    @Override
    public int choose(int slot, long[] sizes, long[] progress, double uniform) {
      double[] p = probabilities(sizes, progress);
      double sum = 0;
      for (int i = 0; i < p.length; i++) {
        sum += p[i];
        if (uniform < sum) {
          return i;
        }
      }
      // Rounding left the sum a little under 1: the last shard that can be drawn.
      for (int i = p.length - 1; i > 0; i--) {
        if (p[i] > 0) {
          return i;
        }
      }
      return 0;
    }
  }

  /** The shares of the shards' sizes; equal ones where every shard is empty. */
  private static double[] shares(long[] sizes) {
    double size = Arrays.stream(sizes).sum();
    double[] p = new double[sizes.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = size == 0 ? 1.0 / p.length : sizes[i] / size;
    }
    return p;
  }

  /**
   * p_i ∝ max(|D_i|/Σ|D| − n_i/Σn, 0) (arXiv 2401.09135, eq. 2). In the two cases that the paper
   * leaves open, no progress yet and all shards balanced, the sizes decide.
   */
  static double[] probabilities(long[] sizes, long[] progress) {
    double[] shares = shares(sizes);
    double done = Arrays.stream(progress).sum();
    double[] p = new double[sizes.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double lag = done == 0 ? 0 : shares[i] - progress[i] / done;
      p[i] = lag > 1e-12 ? lag : 0;
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] = sum == 0 ? shares[i] : p[i] / sum;
    }
    return p;
  }
}
