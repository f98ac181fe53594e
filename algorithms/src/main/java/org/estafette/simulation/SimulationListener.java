package org.estafette.simulation;

import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;

/** Sees what participants decide. */
@FunctionalInterface
public interface SimulationListener {
  /** {@code who} decided this at virtual second {@code at}. */
  void decided(double at, PeerId who, Decision decision);
}
