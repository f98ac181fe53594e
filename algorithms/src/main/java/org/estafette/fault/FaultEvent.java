package org.estafette.fault;

import java.util.Locale;

/**
 * Something that a fault did, or that was done about it.
 *
 * @param id which fault of the run, from 1 on
 * @param fault what it is
 * @param phase where it stands
 * @param text for people
 * @param met how often it has struck so far; 0 where that is not known
 */
public record FaultEvent(long id, Fault fault, Phase phase, String text, long met) {
  /** Where a fault stands. */
  public enum Phase {
    /** It goes on from now on. */
    BEGAN,
    /** It has done something. */
    EFFECT,
    /** It is over. */
    ENDED,
    /** What carries this run out cannot do it; nothing has happened. */
    NOT_CARRIED_OUT;

    /** Its name in records: {@code not-carried-out}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Is told of what happens. */
  @FunctionalInterface
  public interface Listener {
    /** Tells nobody. */
    Listener NONE = (at, event) -> {};

    /**
     * Called in the order of the events.
     *
     * @param at seconds since the run began
     */
    void happened(double at, FaultEvent event);
  }
}
