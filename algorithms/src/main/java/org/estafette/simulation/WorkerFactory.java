package org.estafette.simulation;

/** Makes workers: the first of a slot, and the replacements of those that died. */
@FunctionalInterface
public interface WorkerFactory {
  /** The worker of {@code slot} in its life {@code incarnation}, counted from 1. */
  WorkerSetup create(int slot, int incarnation);
}
