package org.estafette.topology;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/** Finds the name that was probably meant. */
final class Names {
  private Names() {}

  static String nearest(String given, Collection<String> known) {
    return known.stream()
        .min(Comparator.<String>comparingInt(k -> distance(given, k)).thenComparing(k -> k))
        .orElseThrow();
  }

  /** Levenshtein: insertions, deletions and replacements. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
