package org.estafette.algorithm.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.guard.Standing;
import org.estafette.algorithm.train.TrainOrder;
import org.jspecify.annotations.Nullable;

/** The workers that a server knows, by slot. */
final class Roster {
  /** One worker; the fields are those of {@link WorkerRecord}, and how the guard sees it. */
  static final class Member {
    final PeerId id;
    int incarnation;
    long lastSequence;
    long round;
    private double secondsPerStep = Double.NaN;
    double overhead;
    private boolean live = true;
    boolean waiting;
    int busySteps;
    int busyShard;
    double assignedAt;

    /** The round that it is in, as it was given out; only where rounds are given out ahead. */
    @Nullable TrainOrder order;

    /** The round after that, as the worker was told of it; null where it waits for an answer. */
    @Nullable TrainOrder ahead;

    final Standing standing = new Standing();

    Member(PeerId id) {
      this.id = id;
    }

    double expectedArrival() {
      return assignedAt + busySteps * secondsPerStep + overhead;
    }

    double speed() {
      return 1 / secondsPerStep;
    }

    boolean live() {
      return live;
    }

    double secondsPerStep() {
      return secondsPerStep;
    }
  }

  private final Map<Integer, Member> bySlot = new TreeMap<>();
  private boolean stale = true;
  private double fastest = Double.NaN;
  private double speeds;
  private int live;
  private int unknown;

  @Nullable Member find(PeerId id) {
    return bySlot.get(id.slot());
  }

  Member add(PeerId id) {
    Member m = new Member(id);
    bySlot.put(id.slot(), m);
    stale = true;
    return m;
  }

  Collection<Member> all() {
    return bySlot.values();
  }

  /** Fastest live worker's steps per second; NaN where no speed is known. */
  double fastestSpeed() {
    measure();
    return fastest;
  }

  /**
   * Local steps that all live workers take while {@code member} takes one; a worker of unknown
   * speed counts as fast as it.
   */
  double stepsPerStepOf(Member member) {
    measure();
    double own = member.speed();
    return Math.max(1, Double.isNaN(own) ? live : speeds / own + unknown);
  }

  void live(Member member, boolean live) {
    stale |= member.live != live;
    member.live = live;
  }

  /** Live workers. */
  int live() {
    measure();
    return live;
  }

  /** The member was measured to take that long for a step; NaN changes nothing. */
  void measured(Member member, double secondsPerStep) {
    if (secondsPerStep > 0 && secondsPerStep != member.secondsPerStep) {
      member.secondsPerStep = secondsPerStep;
      stale = true;
    }
  }

  // Asked at every assignment, changed seldom: with ten thousand workers a pass each time would be
  // most of a simulation's work.
  private void measure() {
    if (!stale) {
      return;
    }
    stale = false;
    fastest = Double.NaN;
    speeds = 0;
    live = 0;
    unknown = 0;
    for (Member m : bySlot.values()) {
      if (!m.live) {
        continue;
      }
      live++;
      if (Double.isNaN(m.secondsPerStep)) {
        unknown++;
      } else {
        speeds += m.speed();
        fastest = m.speed() <= fastest ? fastest : m.speed();
      }
    }
  }

  List<WorkerRecord> records() {
    List<WorkerRecord> list = new ArrayList<>(bySlot.size());
    for (Member m : bySlot.values()) {
      list.add(
          new WorkerRecord(
              m.id.slot(),
              m.incarnation,
              m.lastSequence,
              m.round,
              m.secondsPerStep,
              m.overhead,
              m.live,
              m.waiting,
              m.busySteps,
              m.busyShard,
              m.assignedAt));
    }
    return list;
  }

  void restore(List<WorkerRecord> records) {
    bySlot.clear();
    for (WorkerRecord r : records) {
      Member m = add(PeerId.worker(r.slot()));
      m.incarnation = r.incarnation();
      m.lastSequence = r.lastSequence();
      m.round = r.round();
      m.secondsPerStep = r.secondsPerStep();
      m.overhead = r.overhead();
      m.live = r.live();
      m.waiting = r.waiting();
      m.busySteps = r.busySteps();
      m.busyShard = r.busyShard();
      m.assignedAt = r.assignedAt();
    }
  }
}
