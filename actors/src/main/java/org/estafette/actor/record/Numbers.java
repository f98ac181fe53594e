package org.estafette.actor.record;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers for people, the same on the page and in the terminal. */
public final class Numbers {
  private Numbers() {}

  /** 950, 12,300, 6.00 M, 1.20 G. */
  public static String count(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    double size = Math.abs(value);
    if (size < 99_999.5) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    String[] units = {"k", "M", "G", "T", "P"};
    double scaled = value / 1e3;
    int unit = 0;
    while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
      scaled /= 1e3;
      unit++;
    }
    int decimals = Math.abs(scaled) < 9.995 ? 2 : Math.abs(scaled) < 99.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", scaled, units[unit]);
  }

  /** The same for whole numbers. */
  public static String count(long value) {
    return count((double) value);
  }

  /** Four significant digits, or a dash. */
  public static String loss(@Nullable Double value) {
    if (value == null || value.isNaN()) {
      return "–";
    }
    return Math.abs(value) < 1000
        ? String.format(Locale.ROOT, "%.4f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  /** A share as 54.1 %, or a dash. */
  public static String percent(@Nullable Double share) {
    return share == null || share.isNaN()
        ? "–"
        : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** 0.42 s, 8.4 s, 3 min 20 s, 1 h 02 min. */
  public static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "–";
    }
    if (seconds < 1) {
      return String.format(Locale.ROOT, "%.2f s", seconds);
    }
    if (seconds < 59.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }
    if (whole < 48 * 3600) {
      return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
    }
    return String.format(Locale.ROOT, "%d d %d h", whole / 86_400, whole / 3600 % 24);
  }

  /** Bytes in GiB. */
  public static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f GiB", bytes / (double) (1L << 30));
  }
}
