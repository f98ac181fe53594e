package org.estafette.topology.draw;

import java.util.Arrays;
import java.util.Optional;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;

/** A small graph in characters: edges as Braille dots, nodes as their numbers. */
public final class TerminalDrawing {
  private static final int MOST_NODES = 40;
  private static final int MOST_EDGES = 100;

  /** Dots of a Braille character, [row][column], as bits over U+2800. */
  private static final int[][] DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

  private final int columns;
  private final int rows;
  private final int[][] cells;

  private TerminalDrawing(int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
    this.cells = new int[rows][columns];
  }

  /**
   * The picture; none where there is too much to see in characters.
   *
   * @param columns width in characters
   */
  public static Optional<String> of(Graph graph, Layout layout, int columns) {
    if (graph.size() > MOST_NODES || graph.edges().size() > MOST_EDGES) {
      return Optional.empty();
    }
    int rows = (int) Math.max(1, Math.min(32, Math.round(columns * layout.aspect() / 2)));
    return Optional.of(new TerminalDrawing(columns, rows).draw(graph, layout));
  }

  private String draw(Graph graph, Layout layout) {
    int[] column = new int[graph.size()];
    int[] row = new int[graph.size()];
    for (int i = 0; i < graph.size(); i++) {
      // A number takes up to two characters.
      column[i] = (int) Math.round(layout.x()[i] * (columns - 2));
      row[i] = (int) Math.round(layout.y()[i] * (rows - 1));
    }
    for (Edge e : graph.edges()) {
      line(2 * column[e.a()] + 1, 4 * row[e.a()] + 2, 2 * column[e.b()] + 1, 4 * row[e.b()] + 2);
    }
    char[][] text = new char[rows][columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        text[r][c] = cells[r][c] == 0 ? ' ' : (char) (0x2800 + cells[r][c]);
      }
    }
    for (int i = 0; i < graph.size(); i++) {
      String number = Integer.toString(i);
      number.getChars(0, number.length(), text[row[i]], Math.min(column[i], columns - 2));
    }
    StringBuilder lines = new StringBuilder();
    Arrays.stream(text).forEach(l -> lines.append(new String(l).stripTrailing()).append('\n'));
    return lines.toString();
  }

  private void line(int x0, int y0, int x1, int y1) {
    int steps = Math.max(1, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
    for (int s = 0; s <= steps; s++) {
      int x = x0 + Math.round((float) (x1 - x0) * s / steps);
      int y = y0 + Math.round((float) (y1 - y0) * s / steps);
      cells[y / 4][x / 2] |= DOTS[y % 4][x % 2];
    }
  }
}
