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
 * @param secondsPerPushed the same for the elements of a push, which may travel in fewer bytes
 */
public record Link(double latency, double secondsPerElement, double secondsPerPushed) {
  /** Messages arrive at once. */
  public static final Link INSTANT = new Link(0, 0);

  /** Checks the numbers. */
  public Link {
    if (!(latency >= 0 && secondsPerElement >= 0 && secondsPerPushed >= 0)) {
      throw new IllegalArgumentException(
          "link latency="
              + latency
              + ", secondsPerElement="
              + secondsPerElement
              + ", secondsPerPushed="
              + secondsPerPushed
              + " (expected >= 0)");
    }
  }

  /** All tensors travel as they are. */
  public Link(double latency, double secondsPerElement) {
    this(latency, secondsPerElement, secondsPerElement);
  }

  /** Seconds that a message takes. */
  double delay(Message message) {
    return latency
        + switch (message) {
          case GlobalModel m -> secondsPerElement * m.parameters().vector().length();
          case PseudoGradient p -> secondsPerPushed * p.delta().vector().length();
          case NeighbourModel m -> secondsPerElement * m.parameters().vector().length();
          case NeighbourShare s -> secondsPerElement * s.values().vector().length();
          default -> 0;
        };
  }
}
