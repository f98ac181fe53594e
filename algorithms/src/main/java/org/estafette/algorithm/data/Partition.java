package org.estafette.algorithm.data;

/** How training data is dealt to the shards. A source is a JDK module, a folder, a class. */
public sealed interface Partition {
  /** Every shard gets a like mixture of everything: items dealt in random order by size. */
  record Iid() implements Partition {}

  /**
   * A shard's data comes from as few sources as can be. With more sources than shards the largest
   * are placed first, each on the lightest shard; with fewer, the largest sources are shared by
   * several shards.
   */
  record BySource() implements Partition {}

  /**
   * Of every source, the shards get parts drawn from the symmetric Dirichlet distribution: near to
   * iid for α of 100, near to by-source for α of 0.1. A shard left without anything gets one item
   * of the largest shard.
   *
   * @param alpha concentration, above 0
   */
  record Dirichlet(double alpha) implements Partition {
    /**
     * @throws IllegalArgumentException where {@code alpha} is not above 0 and finite
     */
    public Dirichlet {
      checkAlpha(alpha);
    }
  }

  /**
   * Shards of one size, each with a mixture of the sources of its own, drawn from the symmetric
   * Dirichlet distribution (Hsu, Qi and Brown, arXiv 1909.06335): shard after shard draws its
   * mixture, and items by it until it has its share. A source that is used up leaves the mixtures
   * of the shards behind. What differs between shards is what they know, and not how much of it.
   *
   * @param alpha concentration of each source, above 0: near to iid for 100, one or two sources a
   *     shard for 0.01
   */
  record BalancedDirichlet(double alpha) implements Partition {
    /**
     * @throws IllegalArgumentException where {@code alpha} is not above 0 and finite
     */
    public BalancedDirichlet {
      checkAlpha(alpha);
    }
  }

  private static void checkAlpha(double alpha) {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException("alpha=" + alpha + " (expected > 0 and finite)");
    }
  }

  /**
   * The partition of that name in a configuration.
   *
   * @param name iid, by-source, dirichlet or balanced-dirichlet
   * @param alpha used by the last two only
   * @throws IllegalArgumentException where the name is none of these
   */
  static Partition named(String name, double alpha) {
    return switch (name) {
      case "iid" -> new Iid();
      case "by-source" -> new BySource();
      case "dirichlet" -> new Dirichlet(alpha);
      case "balanced-dirichlet" -> new BalancedDirichlet(alpha);
      default ->
          throw new IllegalArgumentException(
              "partition=" + name + " (expected iid, by-source, dirichlet or balanced-dirichlet)");
    };
  }
}
