package org.estafette.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Graphs by name, as configuration and command line name them. */
public final class Topologies {
  private interface Builder {
    Graph build(int n, TopologyOptions options);
  }

  private static final Map<String, Builder> KINDS = new LinkedHashMap<>();

  /** Names that papers and their code use for the same. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "line", "chain",
          "path", "chain",
          "fully-connected", "complete",
          "tree", "binary-tree",
          "binary-tree-reversed", "reversed-binary-tree",
          "3-tree", "three-tree",
          "torus-twisted", "twisted-torus",
          "social-network", "social",
          "social-network-tree", "social-tree");

  static {
    KINDS.put("chain", (n, o) -> Shapes.chain(n));
    KINDS.put("ring", (n, o) -> Shapes.ring(n));
    KINDS.put("star", (n, o) -> Shapes.star(n));
    KINDS.put("complete", (n, o) -> Shapes.complete(n));
    KINDS.put("binary-tree", (n, o) -> Shapes.binaryTree(n));
    KINDS.put("reversed-binary-tree", (n, o) -> Shapes.reversedBinaryTree(n));
    KINDS.put("three-tree", (n, o) -> Shapes.threeTree(n));
    KINDS.put("torus", (n, o) -> Shapes.torus(n, o.rows()));
    KINDS.put("twisted-torus", (n, o) -> Shapes.twistedTorus(n, o.rows()));
    KINDS.put("hypercube", (n, o) -> Shapes.hypercube(n));
    KINDS.put("two-cliques", (n, o) -> Shapes.twoCliques(n));
    KINDS.put("exponential", (n, o) -> Shapes.exponential(n));
    KINDS.put("social", (n, o) -> SocialNetwork.graph(n));
    KINDS.put(
        "social-tree",
        (n, o) -> SpanningTree.of(SocialNetwork.graph(n), o.root(), SpanningTree.Search.BFS));
    KINDS.put("random-regular", (n, o) -> RandomGraphs.regular(n, o.degree(), o.seed()));
    KINDS.put("erdos-renyi", (n, o) -> RandomGraphs.erdosRenyi(n, o.probability(), o.seed()));
    KINDS.put("edges", (n, o) -> Graph.of(n, o.edges()));
  }

  private Topologies() {}

  /** The kinds, in the order in which help lists them. */
  public static List<String> kinds() {
    return List.copyOf(KINDS.keySet());
  }

  /** Whether {@link #named} knows the kind. */
  public static boolean known(String kind) {
    return KINDS.containsKey(canonical(kind));
  }

  /** The name in {@link #kinds()} of a kind by another name; itself where there is none. */
  public static String canonical(String kind) {
    String name = kind.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    return ALIASES.getOrDefault(name, name);
  }

  /**
   * The graph of a kind.
   *
   * @param kind one of {@link #kinds()}; capitals and underscores do not matter
   * @param n number of nodes
   * @param options what random kinds, torus and edges need beside
   * @throws IllegalArgumentException for an unknown kind (the nearest is named), or a size or
   *     option that the kind does not have
   */
  public static Graph named(String kind, int n, TopologyOptions options) {
    Builder builder = KINDS.get(canonical(kind));
    if (builder == null) {
      List<String> names = new ArrayList<>(KINDS.keySet());
      names.addAll(ALIASES.keySet());
      throw new IllegalArgumentException(
          "topology="
              + kind
              + " (did you mean "
              + canonical(Names.nearest(canonical(kind), names))
              + "? expected one of "
              + String.join(", ", KINDS.keySet())
              + ")");
    }
    if (n < 1) {
      throw new IllegalArgumentException("n=" + n + " (expected at least one node)");
    }
    return builder.build(n, options);
  }
}
