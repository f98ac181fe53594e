package org.estafette.algorithm;

/**
 * One side of an algorithm, without I/O: told what happened, it says what should happen. A
 * participant is used by one thread at a time and keeps no reference to the effects.
 */
@FunctionalInterface
public interface Participant {
  /** Takes one event. */
  void on(Event event, Effects effects);
}
