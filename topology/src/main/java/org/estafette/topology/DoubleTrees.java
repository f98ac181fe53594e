package org.estafette.topology;

/**
 * Two trees over the same nodes, each for half of the coordinates: the inner nodes of one are
 * (nearly all) leaves of the other, so that every node sends about as much.
 *
 * @param a relays the even coordinates of the flat vector
 * @param b relays the odd ones
 */
public record DoubleTrees(Graph a, Graph b) {
  /**
   * Checks the trees.
   *
   * @throws IllegalArgumentException where one is no tree, or they differ in size
   */
  public DoubleTrees {
    if (a.size() != b.size() || !a.isTree() || !b.isTree()) {
      throw new IllegalArgumentException(
          "double trees: a=" + a + ", b=" + b + " (expected two trees over the same nodes)");
    }
  }

  /** The binary tree and its mirror. */
  public static DoubleTrees binary(int n) {
    return new DoubleTrees(Shapes.binaryTree(n), Shapes.reversedBinaryTree(n));
  }

  /** The tree that relays a coordinate of the flat vector: a for even ones, b for odd ones. */
  public Graph treeOf(long coordinate) {
    return coordinate % 2 == 0 ? a : b;
  }
}
