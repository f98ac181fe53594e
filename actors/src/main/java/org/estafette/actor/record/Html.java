package org.estafette.actor.record;

import java.util.List;

/** Builds HTML; all text is escaped on its way in. */
final class Html {
  private final StringBuilder out = new StringBuilder();

  /** Markup of our own, as it is. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Text from anywhere. */
  Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /**
   * A table.
   *
   * @param heads heads of the columns; those that begin with # are of numbers
   * @param rows cells as markup, made by {@link #escape} or {@link #code}
   */
  Html table(List<String> heads, List<List<String>> rows) {
    raw("<div class=scroll><table><thead><tr>");
    for (String head : heads) {
      raw(head.startsWith("#") ? "<th class=n>" : "<th>").text(head.replaceFirst("^#", ""));
      raw("</th>");
    }
    raw("</tr></thead><tbody>");
    for (List<String> row : rows) {
      raw("<tr>");
      for (int i = 0; i < row.size(); i++) {
        raw(heads.get(i).startsWith("#") ? "<td class=n>" : "<td>").raw(row.get(i)).raw("</td>");
      }
      raw("</tr>");
    }
    return raw("</tbody></table></div>");
  }

  static String code(String text) {
    return "<code>" + escape(text) + "</code>";
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
