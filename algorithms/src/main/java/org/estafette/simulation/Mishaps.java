package org.estafette.simulation;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultBook;
import org.estafette.fault.FaultEvent;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.VersionTriggers;
import org.estafette.fault.Weather;

/** Carries the faults of a plan out in virtual time and tells what they do. */
final class Mishaps {
  /** What a fault does to a participant. */
  interface Victims {
    boolean live(PeerId who);

    void die(PeerId who, double downtime);

    void freeze(PeerId who, double until);
  }

  private final World world;
  private final FaultPlan plan;
  private final boolean saves;
  private final Victims victims;
  private final FaultBook book;
  private final VersionTriggers triggers;
  private final List<Frozen> frozen = new ArrayList<>();

  private record Frozen(long id, double until) {}

  /**
   * @param saves whether the server's state is saved now and then
   */
  Mishaps(
      World world, FaultPlan plan, boolean saves, Victims victims, FaultEvent.Listener listener) {
    this.world = world;
    this.plan = plan;
    this.saves = saves;
    this.victims = victims;
    this.book = new FaultBook(listener);
    this.triggers = new VersionTriggers(plan);
  }

  void schedule() {
    for (FaultPlan.Timed t : plan.faults()) {
      world.schedule(t.at(), PeerId.SERVER, 0, new Pending.Mishap(t.fault()));
    }
  }

  /** The model has this version: what waits for it happens next. */
  void reached(long version) {
    for (Fault fault : triggers.reached(version)) {
      world.schedule(world.now, PeerId.SERVER, 0, new Pending.Mishap(fault));
    }
  }

  /** It happens now. */
  void strike(Fault fault) {
    double now = world.now;
    switch (fault) {
      case Fault.Kill k when !victims.live(k.who()) ->
          book.refused(now, k, k.who() + " is dead already");
      case Fault.Kill k -> {
        book.began(now, k);
        victims.die(k.who(), k.downtime());
      }
      case Fault.Freeze f -> {
        frozen.add(new Frozen(book.began(now, f), now + f.seconds()));
        victims.freeze(f.who(), now + f.seconds());
      }
      case Fault.FillDisk f when !saves -> book.refused(now, f, "no state of the server is saved");
      case Fault.FillShm f -> book.refused(now, f, "the simulator has no shared memory");
      case Fault.KillDriver f -> book.refused(now, f, "the simulator has no media driver");
      case Fault.SkewClock f -> book.refused(now, f, "the simulator has no wall clock");
      default -> world.weather.begin(now, book.began(now, fault), fault);
    }
  }

  /** Tells of all that is over by then. */
  void until(double time) {
    for (Weather.Over over : world.weather.over(time)) {
      book.met(over.id(), over.met());
      book.ended(over.at(), over.id());
    }
    if (!frozen.isEmpty()) {
      for (Frozen f : frozen) {
        if (f.until() <= time) {
          book.met(f.id(), 1);
          book.ended(f.until(), f.id());
        }
      }
      frozen.removeIf(f -> f.until() <= time);
    }
  }

  /** Tells of what goes on as if it were over now. */
  void end() {
    until(world.now);
    for (Weather.Over over : world.weather.over(Double.POSITIVE_INFINITY)) {
      book.met(over.id(), over.met());
      book.ended(world.now, over.id());
    }
    frozen.forEach(f -> book.ended(world.now, f.id()));
    frozen.clear();
  }

  /** A replacement takes part. */
  void back(PeerId who, int life) {
    book.back(world.now, who, life);
  }
}
