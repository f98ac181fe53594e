package org.estafette.topology.draw;

import java.util.Locale;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;

/** A graph as an SVG document of its own, readable on light and dark grounds. */
public final class SvgDrawing {
  private static final double WIDTH = 720;
  private static final double MARGIN = 36;

  private SvgDrawing() {}

  /** The document. */
  public static String of(Graph graph, Layout layout, String title) {
    double inner = WIDTH - 2 * MARGIN;
    double drawn = Math.max(2, layout.aspect() * inner);
    double height = drawn + 2 * MARGIN + 24;
    double radius = Math.max(5, Math.min(14, 220.0 / Math.sqrt(graph.size()) / 4));
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" \
            font-family="system-ui, sans-serif">
            <title>%s</title>
            <style>
            line { stroke: #8a94a3; stroke-width: 1.2; stroke-opacity: 0.75 }
            circle { fill: #2563b0; stroke: #ffffff; stroke-width: 1 }
            .n { fill: #ffffff; font-size: %.1fpx; text-anchor: middle; dominant-baseline: central }
            .t { fill: #3c4654; font-size: 15px }
            @media (prefers-color-scheme: dark) { .t { fill: #c9d2de } circle { stroke: #10151c } }
            </style>
            <text class="t" x="%.0f" y="22">%s</text>
            """,
            WIDTH, height, escaped(title), radius, MARGIN, escaped(title)));
    double[] x = new double[graph.size()];
    double[] y = new double[graph.size()];
    for (int i = 0; i < graph.size(); i++) {
      x[i] = MARGIN + layout.x()[i] * inner;
      y[i] = MARGIN + 24 + layout.y()[i] * drawn;
    }
    for (Edge e : graph.edges()) {
      svg.append(
          format(
              "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
              x[e.a()], y[e.a()], x[e.b()], y[e.b()]));
    }
    for (int i = 0; i < graph.size(); i++) {
      svg.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", x[i], y[i], radius));
      svg.append(format("<text class=\"n\" x=\"%.1f\" y=\"%.1f\">%d</text>%n", x[i], y[i], i));
    }
    return svg.append("</svg>\n").toString();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
