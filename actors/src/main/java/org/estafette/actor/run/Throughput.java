package org.estafette.actor.run;

import java.util.ArrayDeque;

/**
 * Tokens a second over the last points. Workers in step report all at once: a rate from one point
 * to the next would be nought and then enormous.
 */
final class Throughput {
  private static final int POINTS = 8;

  private final ArrayDeque<Mark> marks = new ArrayDeque<>();

  private record Mark(double at, long tokens) {}

  /** The first round is given out. */
  void begin(double at, long tokens) {
    marks.add(new Mark(at, tokens));
  }

  /** The rate up to this point, from which the next ones are counted too. */
  double point(double at, long tokens) {
    Mark since = marks.isEmpty() ? new Mark(at, tokens) : marks.getFirst();
    marks.add(new Mark(at, tokens));
    if (marks.size() > POINTS) {
      marks.removeFirst();
    }
    return at > since.at() ? (tokens - since.tokens()) / (at - since.at()) : 0;
  }
}
