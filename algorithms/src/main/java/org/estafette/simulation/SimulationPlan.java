package org.estafette.simulation;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;

/**
 * What is simulated besides the participants.
 *
 * @param workers number of workers
 * @param mailbox the server's mailbox policy
 * @param secondsPerUpdate time that the server takes for one update; while it is at it, others wait
 *     in the mailbox
 * @param detection seconds after which the server learns of a death
 * @param deaths workers that die
 * @param faults what else goes wrong
 * @param saveEvery seconds between two saved states of the server; infinite for none
 */
public record SimulationPlan(
    int workers,
    UpdateQueue mailbox,
    double secondsPerUpdate,
    double detection,
    List<Death> deaths,
    FaultPlan faults,
    double saveEvery) {
  /** Copies the list and checks the numbers. */
  public SimulationPlan {
    deaths = List.copyOf(deaths);
    if (workers < 1) {
      throw new IllegalArgumentException("workers=" + workers + " (expected >= 1)");
    }
    if (!(secondsPerUpdate >= 0 && detection >= 0)) {
      throw new IllegalArgumentException(
          "secondsPerUpdate=" + secondsPerUpdate + ", detection=" + detection + " (expected >= 0)");
    }
    if (!(saveEvery > 0)) {
      throw new IllegalArgumentException("saveEvery=" + saveEvery + " s (expected > 0)");
    }
    for (FaultPlan.Timed t : faults.faults()) {
      for (PeerId who : named(t.fault())) {
        if (!who.isServer() && who.slot() >= workers) {
          throw new IllegalArgumentException(
              "a fault at " + t.at() + " s names " + who + " (expected one of " + workers + ")");
        }
      }
    }
  }

  static List<PeerId> named(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> List.of(f.who());
      case Fault.Freeze f -> List.of(f.who());
      case Fault.Slow f -> List.of(f.who());
      case Fault.Cut f -> List.of(f.from(), f.to());
      case Fault.Poison f -> List.of(f.who());
      case Fault.Lose f -> List.of();
      case Fault.Delay f -> List.of();
      case Fault.Duplicate f -> List.of();
      case Fault.Corrupt f -> List.of();
    };
  }

  /** Workers may die, and nothing else goes wrong. */
  public SimulationPlan(
      int workers,
      UpdateQueue mailbox,
      double secondsPerUpdate,
      double detection,
      List<Death> deaths) {
    this(
        workers,
        mailbox,
        secondsPerUpdate,
        detection,
        deaths,
        FaultPlan.NONE,
        Double.POSITIVE_INFINITY);
  }

  /** The same with these faults, and a state of the server saved every so many seconds. */
  public SimulationPlan with(FaultPlan some, double savedEvery) {
    return new SimulationPlan(
        workers, mailbox, secondsPerUpdate, detection, deaths, some, savedEvery);
  }

  /** A plan without deaths whose server takes no time. */
  public static SimulationPlan of(int workers, UpdateQueue mailbox) {
    return new SimulationPlan(workers, mailbox, 0, 0, List.of());
  }

  /**
   * A worker that dies.
   *
   * @param at virtual second
   * @param slot which worker
   * @param downtime seconds until its replacement joins; infinite for none
   */
  public record Death(double at, int slot, double downtime) {}
}
