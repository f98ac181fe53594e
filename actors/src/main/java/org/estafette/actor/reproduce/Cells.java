package org.estafette.actor.reproduce;

import java.util.Locale;

/** How a table's cells are written. */
final class Cells {
  private Cells() {}

  /** For people: three or four digits. */
  static String text(Object cell) {
    if (!(cell instanceof Double d)) {
      return cell.toString();
    }
    if (d.isNaN()) {
      return "–";
    }
    if (d == Math.rint(d) && Math.abs(d) < 1e9) {
      return Long.toString(d.longValue());
    }
    double size = Math.abs(d);
    return size >= 1e-3 && size < 1e5
        ? trimmed(String.format(Locale.ROOT, size >= 100 ? "%.1f" : "%.4f", d))
        : String.format(Locale.ROOT, "%.2e", d);
  }

  private static String trimmed(String digits) {
    return digits.contains(".") ? digits.replaceAll("0+$", "").replaceAll("\\.$", "") : digits;
  }

  /** For programs: every digit; empty where there is no number. */
  static String csv(Object cell) {
    if (cell instanceof Double d && d.isNaN()) {
      return "";
    }
    String text = cell.toString();
    return text.contains(",") || text.contains("\"") || text.contains("\n")
        ? '"' + text.replace("\"", "\"\"") + '"'
        : text;
  }
}
