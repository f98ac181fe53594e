package org.estafette.algorithm.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.RandomStream;

/** Deals weighed items of several sources to shards: what a {@link Partition} says, done. */
final class Dealer {
  private static final long MIXTURES_KEY = CounterRandom.key("mixtures of shards");

  private final long[] weights;
  private final int[] sources;
  private final int sourceCount;
  private final int shards;
  private final int[] order;
  private final int[] shardOf;

  private Dealer(long[] weights, long[] hashes, int[] sources, int sourceCount, int shards) {
    this.weights = weights;
    this.sources = sources;
    this.sourceCount = sourceCount;
    this.shards = shards;
    this.shardOf = new int[weights.length];
    this.order =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingLong(i -> hashes[i]).thenComparingInt(i -> i))
            .mapToInt(i -> i)
            .toArray();
  }

  /**
   * @param weights weight of each item
   * @param hashes a random number of each item: the order of dealing
   * @param sources source of each item, 0 … sourceCount − 1
   * @param minimum what every shard must have
   * @return the shard of each item
   * @throws IllegalArgumentException where there is too little for the minimum
   */
  static int[] deal(
      Partition partition,
      long[] weights,
      long[] hashes,
      int[] sources,
      int sourceCount,
      int shards,
      long minimum,
      long seed) {
    if (shards < 1) {
      throw new IllegalArgumentException("shards=" + shards + " (expected >= 1)");
    }
    Dealer dealer = new Dealer(weights, hashes, sources, sourceCount, shards);
    switch (partition) {
      case Partition.Iid iid -> dealer.toLightest(IntStream.range(0, shards).toArray(), -1);
      case Partition.BySource bySource -> dealer.bySource();
      case Partition.Dirichlet dirichlet -> dealer.dirichlet(dirichlet.alpha(), seed);
      case Partition.BalancedDirichlet balanced -> dealer.mixtures(balanced.alpha(), seed);
    }
    dealer.fillUp(minimum);
    return dealer.shardOf;
  }

  /** Deals the items of one source, or of all for −1, to the lightest of the given shards. */
  private void toLightest(int[] among, int source) {
    Loads loads = new Loads(among);
    for (int item : order) {
      if (source < 0 || sources[item] == source) {
        shardOf[item] = loads.addToLightest(weights[item]);
      }
    }
  }

  private void bySource() {
    long[] sizes = new long[sourceCount];
    for (int i = 0; i < weights.length; i++) {
      sizes[sources[i]] += weights[i];
    }
    int[] largestFirst =
        IntStream.range(0, sourceCount)
            .boxed()
            .sorted(Comparator.<Integer>comparingLong(s -> -sizes[s]).thenComparingInt(s -> s))
            .mapToInt(s -> s)
            .toArray();
    if (sourceCount >= shards) {
      Loads loads = new Loads(IntStream.range(0, shards).toArray());
      int[] shardOfSource = new int[sourceCount];
      for (int source : largestFirst) {
        shardOfSource[source] = loads.addToLightest(sizes[source]);
      }
      Arrays.setAll(shardOf, i -> shardOfSource[sources[i]]);
    } else {
      int[] shares = shares(sizes, largestFirst);
      int next = 0;
      for (int source : largestFirst) {
        toLightest(IntStream.range(next, next + shares[source]).toArray(), source);
        next += shares[source];
      }
    }
  }

  /** How many shards each source is spread over: one at least, the rest by size (d'Hondt). */
  private int[] shares(long[] sizes, int[] largestFirst) {
    int[] shares = new int[sourceCount];
    Arrays.fill(shares, 1);
    for (int given = sourceCount; given < shards; given++) {
      int neediest = largestFirst[0];
      for (int source : largestFirst) {
        if ((double) sizes[source] / (shares[source] + 1)
            > (double) sizes[neediest] / (shares[neediest] + 1)) {
          neediest = source;
        }
      }
      shares[neediest]++;
    }
    return shares;
  }

  private void dirichlet(double alpha, long seed) {
    double[] parts = new double[shards];
    for (int source = 0; source < sourceCount; source++) {
      RandomStream random = CounterRandom.stream(CounterRandom.key(seed, source));
      random.nextDirichlet(alpha, parts);
      long total = 0;
      for (int i = 0; i < weights.length; i++) {
        total += sources[i] == source ? weights[i] : 0;
      }
      int shard = 0;
      double end = parts[0] * total;
      double dealt = 0;
      for (int item : order) {
        if (sources[item] == source) {
          double middle = dealt + weights[item] / 2.0;
          while (middle > end && shard < shards - 1) {
            end += parts[++shard] * total;
          }
          shardOf[item] = shard;
          dealt += weights[item];
        }
      }
    }
  }

  /** Shard after shard draws a mixture of the sources, and items by it until it has its share. */
  private void mixtures(double alpha, long seed) {
    Piles piles = new Piles(order, sources, sourceCount);
    double total = Arrays.stream(weights).sum();
    double[] mixture = new double[sourceCount];
    long dealt = 0;
    for (int shard = 0; shard < shards; shard++) {
      RandomStream random = CounterRandom.stream(CounterRandom.key(MIXTURES_KEY, seed, shard));
      random.nextDirichlet(alpha, mixture);
      long end = Math.round(total * (shard + 1) / shards);
      while (dealt < end) {
        int item = piles.take(mixture, random.nextDouble());
        shardOf[item] = shard;
        dealt += weights[item];
      }
    }
  }

  /** The items of each source, in the order of dealing. */
  private static final class Piles {
    private final int[][] items;
    private final int[] taken;

    Piles(int[] order, int[] sources, int sourceCount) {
      items = new int[sourceCount][];
      taken = new int[sourceCount];
      for (int s = 0; s < sourceCount; s++) {
        int source = s;
        items[s] = Arrays.stream(order).filter(item -> sources[item] == source).toArray();
      }
    }

    /** The next item of a source drawn by the mixture, from those that have some left. */
    int take(double[] mixture, double uniform) {
      double sum = 0;
      int fullest = 0;
      for (int s = 0; s < items.length; s++) {
        sum += left(s) > 0 ? mixture[s] : 0;
        fullest = left(s) > left(fullest) ? s : fullest;
      }
      // Where all that is left has weight 0, as with a tiny alpha, the fullest pile goes first.
      int source = fullest;
      double place = uniform * sum;
      for (int s = 0; s < items.length && sum > 0; s++) {
        if (left(s) > 0 && mixture[s] > 0) {
          source = s;
          place -= mixture[s];
          if (place < 0) {
            break;
          }
        }
      }
      return items[source][taken[source]++];
    }

    private int left(int source) {
      return items[source].length - taken[source];
    }
  }

  /** Moves items from the heaviest shard to those below the minimum. */
  private void fillUp(long minimum) {
    long[] loads = new long[shards];
    for (int i = 0; i < weights.length; i++) {
      loads[shardOf[i]] += weights[i];
    }
    for (int shard = 0; shard < shards; shard++) {
      while (loads[shard] < minimum) {
        int heaviest = 0;
        for (int s = 1; s < shards; s++) {
          heaviest = loads[s] > loads[heaviest] ? s : heaviest;
        }
        int item = spare(heaviest, loads[heaviest] - minimum);
        if (item < 0 || heaviest == shard) {
          throw new IllegalArgumentException(
              "shard "
                  + shard
                  + " of "
                  + shards
                  + " would have "
                  + loads[shard]
                  + " tokens (expected at least "
                  + minimum
                  + "): use fewer shards or more data");
        }
        shardOf[item] = shard;
        loads[heaviest] -= weights[item];
        loads[shard] += weights[item];
      }
    }
  }

  /** The last dealt item of a shard that weighs at most {@code limit}; −1 where there is none. */
  private int spare(int shard, long limit) {
    for (int i = order.length - 1; i >= 0; i--) {
      int item = order[i];
      if (shardOf[item] == shard && weights[item] > 0 && weights[item] <= limit) {
        return item;
      }
    }
    return -1;
  }

  /** Shards by load; of equal ones the first. */
  private static final class Loads {
    private record Load(long weight, int shard) {}

    private final PriorityQueue<Load> queue =
        new PriorityQueue<>(Comparator.comparingLong(Load::weight).thenComparingInt(Load::shard));

    Loads(int[] among) {
      for (int shard : among) {
        queue.add(new Load(0, shard));
      }
    }

    int addToLightest(long weight) {
      Load lightest = queue.remove();
      queue.add(new Load(lightest.weight() + weight, lightest.shard()));
      return lightest.shard();
    }
  }
}
