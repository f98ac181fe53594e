package org.estafette.actor.cli.progress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Numbers;
import org.estafette.actor.record.Pushes;

/**
 * The line of a run, as pure functions. In a terminal it never is longer than the terminal is wide:
 * what matters least goes first, the loss and the time left go last.
 */
final class ProgressLine {
  private static final int LONGEST_BAR = 30;
  private static final int SHORTEST_BAR = 8;
  private static final String GAP = "  ";

  /** Pieces of a lower rank make room for the bar. */
  private static final int BAR_RANK = 4;

  /**
   * How a line is drawn.
   *
   * @param unicode whether the terminal's encoding has block characters
   * @param colour whether escape sequences for colours may be used
   */
  record Style(boolean unicode, boolean colour) {}

  /** A piece of the line; the one with the lowest rank is left out first. */
  private record Piece(String text, int rank, String colour) {
    int width() {
      return text.codePointCount(0, text.length());
    }
  }

  private ProgressLine() {}

  /** The line for a terminal of that many columns. */
  static String terminal(ProgressView view, int columns, Style style) {
    List<Piece> pieces = pieces(view);
    boolean bar = !Double.isNaN(view.part());
    while (pieces.size() > 1) {
      Piece least = pieces.stream().min(Comparator.comparingInt(Piece::rank)).orElseThrow();
      int needed = bar && least.rank() < BAR_RANK ? SHORTEST_BAR + GAP.length() : 0;
      if (width(pieces) + needed <= columns) {
        break;
      }
      pieces.remove(least);
    }
    int free = Math.min(LONGEST_BAR, columns - width(pieces) - GAP.length());
    StringBuilder line = new StringBuilder();
    if (bar && free >= SHORTEST_BAR) {
      line.append(drawBar(view.part(), free, style)).append(GAP);
    }
    for (int i = 0; i < pieces.size(); i++) {
      line.append(i == 0 ? "" : GAP).append(coloured(pieces.get(i), style));
    }
    return line.toString();
  }

  /** The line for a log: everything, names before numbers, nothing that changes its width much. */
  static String plain(ProgressView view) {
    var point = view.point();
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%9s", Numbers.duration(point.seconds())));
    if (!Double.isNaN(view.part())) {
      line.append(String.format(Locale.ROOT, "  %5.1f %%", 100 * view.part()));
    }
    line.append("  tokens ").append(Numbers.count(point.tokens()));
    line.append("  loss ").append(Numbers.loss(point.trainLoss()));
    line.append("  validation ").append(Numbers.loss(view.validationLoss()));
    if (view.validationAccuracy() != null) {
      line.append("  accuracy ").append(Numbers.percent(view.validationAccuracy()));
    }
    line.append("  tokens/s ").append(Numbers.count(point.tokensPerSecond()));
    line.append("  workers ").append(point.workers());
    Exchanges exchanges = point.exchanges();
    if (exchanges != null) {
      line.append("  consensus ").append(distance(exchanges));
      line.append("  rounds ").append(point.pushes().accepted());
      line.append("  messages ").append(exchanges.fresh()).append(" fresh, ");
      line.append(exchanges.held()).append(" held, ");
      line.append(exchanges.superseded()).append(" superseded, ");
      line.append(point.pushes().refusals()).append(" refused");
    } else {
      line.append("  pushes ").append(point.pushes().accepted()).append(" accepted, ");
      line.append(point.pushes().merged()).append(" merged, ");
      line.append(point.pushes().refusals()).append(" refused");
      line.append(
          String.format(
              Locale.ROOT,
              "  staleness %.2f mean, %d max",
              point.staleness().mean(),
              point.staleness().max()));
    }
    if (!Double.isNaN(view.etaSeconds())) {
      line.append("  ETA ").append(Numbers.duration(view.etaSeconds()));
    }
    return line.toString();
  }

  private static List<Piece> pieces(ProgressView view) {
    var point = view.point();
    List<Piece> pieces = new ArrayList<>();
    if (!Double.isNaN(view.part())) {
      pieces.add(new Piece(String.format(Locale.ROOT, "%3.0f %%", 100 * view.part()), 7, ""));
    }
    String of = view.targetTokens() > 0 ? "/" + Numbers.count(view.targetTokens()) : "";
    pieces.add(new Piece(Numbers.count(point.tokens()) + of + " tokens", 3, ""));
    pieces.add(new Piece("loss " + Numbers.loss(point.trainLoss()), 9, "1"));
    if (view.validationLoss() != null) {
      pieces.add(new Piece("val " + Numbers.loss(view.validationLoss()), 8, "1"));
    }
    if (view.validationAccuracy() != null) {
      pieces.add(new Piece("acc " + Numbers.percent(view.validationAccuracy()), 8, "1"));
    }
    pieces.add(new Piece(Numbers.count(point.tokensPerSecond()) + " tok/s", 5, ""));
    Exchanges exchanges = point.exchanges();
    if (exchanges != null) {
      pieces.add(new Piece("consensus " + distance(exchanges), 6, ""));
      pieces.add(new Piece(Numbers.count(point.pushes().accepted()) + " rounds", 2, ""));
      if (exchanges.held() > 0) {
        pieces.add(new Piece(Numbers.count(exchanges.held()) + " held", 2, ""));
      }
    } else {
      pieces.add(new Piece(pushes(point.pushes()), 4, ""));
      pieces.add(
          new Piece(
              String.format(
                  Locale.ROOT, "stale %.1f/%d", point.staleness().mean(), point.staleness().max()),
              2,
              ""));
    }
    pieces.add(new Piece(point.workers() + (point.workers() == 1 ? " worker" : " workers"), 1, ""));
    if (!Double.isNaN(view.etaSeconds())) {
      pieces.add(new Piece("ETA " + clock(view.etaSeconds()), 6, "36"));
    }
    return pieces;
  }

  private static String distance(Exchanges exchanges) {
    return exchanges.consensus() == null
        ? "–"
        : String.format(Locale.ROOT, "%.3g", exchanges.consensus());
  }

  private static String pushes(Pushes pushes) {
    String applied = Numbers.count(pushes.accepted() + pushes.merged()) + " pushes";
    return pushes.refusals() == 0
        ? applied
        : applied + " (" + Numbers.count(pushes.refusals()) + " refused)";
  }

  private static String drawBar(double part, int width, Style style) {
    StringBuilder bar = new StringBuilder();
    if (style.unicode()) {
      int eighths = (int) Math.round(part * width * 8);
      int full = eighths / 8;
      bar.append("█".repeat(full));
      if (eighths % 8 > 0) {
        bar.append((char) ('█' + (8 - eighths % 8)));
      }
      bar.append("░".repeat(width - bar.length()));
    } else {
      int full = (int) Math.round(part * width);
      bar.append("#".repeat(full)).append(".".repeat(width - full));
    }
    return style.colour() ? "\u001b[34m" + bar + "\u001b[0m" : bar.toString();
  }

  private static String coloured(Piece piece, Style style) {
    return style.colour() && !piece.colour().isEmpty()
        ? "\u001b[" + piece.colour() + "m" + piece.text() + "\u001b[0m"
        : piece.text();
  }

  private static int width(List<Piece> pieces) {
    return pieces.stream().mapToInt(Piece::width).sum() + GAP.length() * (pieces.size() - 1);
  }

  /** 0:34, 12:05, 3:02:10. */
  private static String clock(double seconds) {
    long s = Math.round(Math.min(seconds, 1e9));
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
