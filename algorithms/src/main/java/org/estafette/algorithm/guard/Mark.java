package org.estafette.algorithm.guard;

/** A mark that several pushes in a row begin, and as many end: what comes and goes is no mark. */
final class Mark {
  private final int patience;
  private boolean on;
  private int inARow;

  /**
   * A mark that is off.
   *
   * @param patience pushes in a row, >= 1
   * @param on whether it is on at first
   */
  Mark(int patience, boolean on) {
    this.patience = patience;
    this.on = on;
  }

  boolean on() {
    return on;
  }

  /**
   * Another push.
   *
   * @param shows whether it shows what the mark is for
   * @param denies whether it shows that there is nothing to it any more; neither is possible
   * @return whether the mark has begun or ended with it
   */
  boolean next(boolean shows, boolean denies) {
    inARow = (on ? denies : shows) ? inARow + 1 : 0;
    if (inARow < patience) {
      return false;
    }
    on = !on;
    inARow = 0;
    return true;
  }
}
