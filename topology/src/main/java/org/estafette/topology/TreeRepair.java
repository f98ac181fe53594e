package org.estafette.topology;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Relay trees that lose and gain nodes. Every node computes the same new tree from the same old one
 * and the same news, so no vote is needed; each change is a new epoch, and messages of an old epoch
 * are refused.
 */
public final class TreeRepair {
  /** A joiner is attached to a node with fewer neighbours than this, where there is one. */
  static final int WIDE = 3;

  private TreeRepair() {}

  /**
   * The tree without a dead node. Its children are adopted by their grandparent. Where the root
   * died, its child with the smallest number takes its place and adopts its siblings.
   *
   * @throws IllegalArgumentException where the node is not in the tree, or is the last one
   */
  public static RelayTree remove(RelayTree tree, int dead) {
    int[] orphans = tree.children(dead);
    if (tree.size() == 1) {
      throw new IllegalArgumentException(
          "node " + dead + " is the last of the tree of epoch " + tree.epoch() + " (expected 2)");
    }
    int grandparent = tree.parent(dead);
    Map<Integer, Integer> parents = new TreeMap<>(tree.parents());
    parents.remove(dead);
    int heir = grandparent == RelayTree.NONE ? orphans[0] : grandparent;
    for (int orphan : orphans) {
      parents.put(orphan, orphan == heir ? RelayTree.NONE : heir);
    }
    return RelayTree.of(tree.epoch() + 1, parents);
  }

  /**
   * The tree with a new node under the node nearest to the root that has fewer than three
   * neighbours; among those the one with the fewest neighbours, then the smallest number. A tree in
   * which all have three does not exist, so a place is always found.
   *
   * @throws IllegalArgumentException where the node is there already
   */
  public static RelayTree attach(RelayTree tree, int node) {
    int parent =
        IntStream.of(tree.nodes())
            .filter(i -> tree.neighbours(i).length < WIDE)
            .boxed()
            .min(
                Comparator.<Integer>comparingInt(tree::depth)
                    .thenComparingInt(i -> tree.neighbours(i).length)
                    .thenComparingInt(i -> i))
            .orElseThrow();
    return attach(tree, node, parent);
  }

  /**
   * The tree with a new leaf under a given node.
   *
   * @throws IllegalArgumentException where the node is there already, or the parent is not
   */
  public static RelayTree attach(RelayTree tree, int node, int parent) {
    if (tree.contains(node)) {
      throw new IllegalArgumentException(
          "node="
              + node
              + " is in the tree of epoch "
              + tree.epoch()
              + " already (expected none of "
              + Arrays.toString(tree.nodes())
              + "; remove it first where it came back)");
    }
    Map<Integer, Integer> parents = new TreeMap<>(tree.parents());
    parents.put(node, parent);
    return RelayTree.of(tree.epoch() + 1, parents);
  }
}
