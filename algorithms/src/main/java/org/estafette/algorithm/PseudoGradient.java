package org.estafette.algorithm;

import org.estafette.memory.Lease;

/**
 * A worker's push: parameters when the round began minus parameters after its local steps. The
 * server subtracts it.
 *
 * @param header {@code version} is the one that the round began from
 * @param delta Δ, shape (d)
 * @param report what the round was
 */
public record PseudoGradient(Header header, Lease delta, RoundReport report)
    implements Update.Contribution {
  @Override
  public void discard() {
    delta.close();
  }
}
