package org.estafette.simulation.experiment;

import java.util.List;

/**
 * What an experiment found.
 *
 * @param claims what was claimed, and what was measured
 * @param tables numbers
 * @param figures curves
 */
public record Findings(List<Claim> claims, List<Table> tables, List<Figure> figures) {
  /** Copies the lists. */
  public Findings {
    claims = List.copyOf(claims);
    tables = List.copyOf(tables);
    figures = List.copyOf(figures);
  }

  /** Whether every claim holds. */
  public boolean hold() {
    return claims.stream().allMatch(Claim::holds);
  }

  /**
   * One claim held against what was measured.
   *
   * @param text what is claimed, with its margin
   * @param measured what was seen
   * @param holds whether it is within the margin
   */
  public record Claim(String text, String measured, boolean holds) {}

  /**
   * A table.
   *
   * @param name file name without its ending
   * @param title what it shows, with units
   * @param columns heads
   * @param rows cells: texts and numbers; NaN where there is none
   */
  public record Table(String name, String title, List<String> columns, List<List<Object>> rows) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException where a row has another length than the heads
     */
    public Table {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
      for (List<Object> row : rows) {
        if (row.size() != columns.size()) {
          throw new IllegalArgumentException(
              "table %s: row of %d cells (expected %d)"
                  .formatted(name, row.size(), columns.size()));
        }
      }
    }
  }

  /**
   * Curves over one axis.
   *
   * @param title what it shows
   * @param x what the horizontal axis is
   * @param y what the vertical axis is
   * @param logX whether x is logarithmic
   * @param logY whether y is logarithmic
   * @param series the curves
   */
  public record Figure(
      String title, String x, String y, boolean logX, boolean logY, List<Series> series) {
    /** Copies the list. */
    public Figure {
      series = List.copyOf(series);
    }
  }

  /**
   * A curve.
   *
   * @param name in the legend
   * @param x ascending
   * @param y one for each x; NaN for a gap
   */
  public record Series(String name, List<Double> x, List<Double> y) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException where their lengths differ
     */
    public Series {
      x = List.copyOf(x);
      y = List.copyOf(y);
      if (x.size() != y.size()) {
        throw new IllegalArgumentException(
            "series %s: %d points x, %d points y (expected equal)"
                .formatted(name, x.size(), y.size()));
      }
    }
  }
}
