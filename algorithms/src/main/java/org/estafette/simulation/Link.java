package org.estafette.simulation;

import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.PseudoGradient;

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

  /** Seconds that a message takes. */
  double delay(Message message) {
    return latency + secondsPerElement * elements(message);
  }

  private static long elements(Message message) {
    return switch (message) {
      case GlobalModel m -> m.parameters().vector().length();
      case PseudoGradient p -> p.delta().vector().length();
      case NeighbourModel m -> m.parameters().vector().length();
      case NeighbourShare s -> s.values().vector().length();
      default -> 0;
    };
  }
}
