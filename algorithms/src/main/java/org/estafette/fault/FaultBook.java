package org.estafette.fault;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.estafette.algorithm.PeerId;

/**
 * Keeps account of a run's faults for whoever carries them out: gives them their numbers and tells
 * the listener how each begins, what it does and how it ends.
 */
public final class FaultBook {
  private final FaultEvent.Listener listener;
  private final Map<Long, Entry> open = new HashMap<>();
  private final Map<Long, Fault> past = new HashMap<>();
  private final Map<PeerId, Death> dead = new HashMap<>();
  private long next;

  private static final class Entry {
    private final Fault fault;
    private long met;

    Entry(Fault fault) {
      this.fault = fault;
    }
  }

  private record Death(long id, double at) {}

  /** An empty book. */
  public FaultBook(FaultEvent.Listener listener) {
    this(listener, 1);
  }

  /**
   * An empty book of a run that goes on.
   *
   * @param first number of the next fault
   */
  public FaultBook(FaultEvent.Listener listener, long first) {
    this.listener = listener;
    this.next = first;
  }

  /** A fault begins; returns its number. */
  public long began(double at, Fault fault) {
    long id = next++;
    open.put(id, new Entry(fault));
    if (fault instanceof Fault.Kill k) {
      dead.put(k.who(), new Death(id, at));
    }
    tell(at, id, fault, FaultEvent.Phase.BEGAN, FaultKind.text(fault), 0);
    return id;
  }

  /** A fault is not carried out; why is for people. */
  public void refused(double at, Fault fault, String why) {
    tell(
        at,
        next++,
        fault,
        FaultEvent.Phase.NOT_CARRIED_OUT,
        FaultKind.of(fault).word() + " is not carried out here: " + why,
        0);
  }

  /** A fault has struck so many times more. */
  public void met(long id, long times) {
    Entry entry = open.get(id);
    if (entry != null) {
      entry.met += times;
    }
  }

  /** A fault has struck after its end was told. */
  public void late(double at, long id, long times) {
    Fault fault = past.get(id);
    if (fault == null) {
      return;
    }
    tell(
        at,
        id,
        fault,
        FaultEvent.Phase.EFFECT,
        FaultKind.of(fault).met(times) + ", told of late",
        times);
  }

  /** The fault of that number is over; nothing where it was before. */
  public void ended(double at, long id) {
    Entry entry = open.remove(id);
    if (entry != null) {
      past.put(id, entry.fault);
      tell(
          at,
          id,
          entry.fault,
          FaultEvent.Phase.ENDED,
          "over: " + FaultKind.of(entry.fault).met(entry.met),
          entry.met);
    }
  }

  /** Somebody takes part; where a fault had killed it, its death is over. */
  public void back(double at, PeerId who, int incarnation) {
    Death death = dead.remove(who);
    if (death == null) {
      return;
    }
    Entry entry = open.remove(death.id());
    if (entry != null) {
      tell(
          at,
          death.id(),
          entry.fault,
          FaultEvent.Phase.ENDED,
          String.format(
              Locale.ROOT,
              "%s is back after %.1f s (incarnation %d)",
              who,
              at - death.at(),
              incarnation),
          1);
    }
  }

  /** Whether a fault has killed it and it is not back yet. */
  public boolean dead(PeerId who) {
    return dead.containsKey(who);
  }

  private void tell(
      double at, long id, Fault fault, FaultEvent.Phase phase, String text, long met) {
    listener.happened(at, new FaultEvent(id, fault, phase, text, met));
  }
}
