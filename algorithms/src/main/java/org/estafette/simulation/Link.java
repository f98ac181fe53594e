package org.estafette.simulation;

/**
 * The way between two who exchange messages.
 *
 * @param latency seconds that any message takes
 * @param secondsPerElement further seconds for each element of its tensor; 0 for infinite bandwidth
 */
public record Link(double latency, double secondsPerElement) {
  /** Messages arrive at once. */
  public static final Link INSTANT = new Link(0, 0);

  /** Checks the numbers. */
  public Link {
    if (!(latency >= 0 && secondsPerElement >= 0)) {
      throw new IllegalArgumentException(
          "link latency="
              + latency
              + ", secondsPerElement="
              + secondsPerElement
              + " (expected >= 0)");
    }
  }

  double delay(long elements) {
    return latency + secondsPerElement * elements;
  }
}
