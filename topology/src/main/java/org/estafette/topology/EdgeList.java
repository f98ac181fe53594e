package org.estafette.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Edges as people write them: one a line, two node numbers from 0 with a space, comma or dash
 * between them; what follows a # is a remark.
 */
public final class EdgeList {
  private static final Pattern EDGE = Pattern.compile("(\\d{1,9})\\s*[\\s,;–-]\\s*(\\d{1,9})");

  private EdgeList() {}

  /**
   * The edges of the lines.
   *
   * @throws IllegalArgumentException for a line that is no edge; the message names it
   */
  public static List<Edge> parse(List<String> lines) {
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      int remark = line.indexOf('#');
      String content = (remark < 0 ? line : line.substring(0, remark)).strip();
      if (content.isEmpty()) {
        continue;
      }
      Matcher m = EDGE.matcher(content);
      if (!m.matches()) {
        throw new IllegalArgumentException(
            "line " + (i + 1) + ": \"" + content + "\" (expected two node numbers, such as: 0 3)");
      }
      try {
        edges.add(new Edge(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return edges;
  }

  /**
   * The number of nodes that the edges need: the largest number and one; 1 where there are none.
   */
  public static int nodes(List<Edge> edges) {
    return edges.stream().mapToInt(Edge::b).max().orElse(0) + 1;
  }
}
