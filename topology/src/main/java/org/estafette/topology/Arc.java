package org.estafette.topology;

/**
 * A directed edge.
 *
 * @param from who sends
 * @param to who receives
 */
public record Arc(int from, int to) {
  /**
   * Checks the ends.
   *
   * @throws IllegalArgumentException for a negative node or a loop
   */
  public Arc {
    if (from < 0 || to < 0 || from == to) {
      throw new IllegalArgumentException(
          "arc " + from + "→" + to + " (expected two different nodes from 0)");
    }
  }

  @Override
  public String toString() {
    return from + "→" + to;
  }
}
