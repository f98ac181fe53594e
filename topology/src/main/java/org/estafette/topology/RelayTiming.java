package org.estafette.topology;

/** When a relayed message is used. */
public enum RelayTiming {
  /** In the round in which it was sent: τ_ij = max(dist(i, j) − 1, 0). */
  SYNCHRONOUS,
  /** One round later, so that sending overlaps with local steps: τ_ij = dist(i, j). */
  OVERLAPPED;

  /** Rounds by which j's model is old when it reaches i over {@code distance} hops. */
  public int delay(int distance) {
    return this == OVERLAPPED ? distance : Math.max(distance - 1, 0);
  }
}
