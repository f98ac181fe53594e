package org.estafette.simulation;

/** Makes workers without a server: the first of a slot, and the replacements of those that died. */
@FunctionalInterface
public interface PeerFactory {
  /** The worker of {@code slot} in its life {@code incarnation}, counted from 1. */
  PeerSetup create(int slot, int incarnation);
}
