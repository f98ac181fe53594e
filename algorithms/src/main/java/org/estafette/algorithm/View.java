package org.estafette.algorithm;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who takes part, as the driver knows it.
 *
 * @param self the participant that is told
 * @param incarnation its incarnation
 * @param epoch fencing epoch of the server: higher after each fail-over
 * @param live workers that can be reached
 */
public record View(PeerId self, int incarnation, long epoch, SortedSet<PeerId> live) {
  /** Copies the set. */
  public View {
    live = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(live));
  }
}
