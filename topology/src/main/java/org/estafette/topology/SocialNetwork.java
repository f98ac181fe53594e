package org.estafette.topology;

import java.util.ArrayList;
import java.util.List;

/**
 * Who of 18 women went to which of 14 events (A. Davis, B. B. Gardner and M. R. Gardner, Deep
 * South, 1941). Women are the nodes 0–17, events 18–31, an edge is an attendance.
 */
final class SocialNetwork {
  static final int SIZE = 32;

  /** One line a woman, in the order of the book; the letters A–N are the events 1–14. */
  private static final String[] ATTENDED = {
    "ABCDEFHI",
    "ABCEFGH",
    "BCDEFGHI",
    "ACDEFGH",
    "CDEG",
    "CEFH",
    "EFGH",
    "FHI",
    "EGHI",
    "GHIL",
    "HIJL",
    "HIJLMN",
    "GHIJLMN",
    "FGIJKLMN",
    "GHJKL",
    "HI",
    "IK",
    "IK",
  };

  private SocialNetwork() {}

  static Graph graph(int n) {
    if (n != SIZE) {
      throw new IllegalArgumentException(
          "social: n=" + n + " (expected 32: 18 women and 14 events)");
    }
    List<Edge> edges = new ArrayList<>();
    for (int woman = 0; woman < ATTENDED.length; woman++) {
      for (char event : ATTENDED[woman].toCharArray()) {
        edges.add(new Edge(woman, ATTENDED.length + event - 'A'));
      }
    }
    return Graph.of(SIZE, edges);
  }
}
