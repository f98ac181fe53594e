package org.estafette.simulation;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.FaultKind;
import org.estafette.fault.FaultPlan;

/**
 * What is simulated besides the workers and their trainers.
 *
 * @param workers number of slots
 * @param links how long messages take
 * @param losses which updates are lost or arrive twice; control messages travel on connections that
 *     send again
 * @param detection seconds after which the others learn of a death
 * @param deaths workers that die
 * @param joins workers that are not there at the start but join later
 * @param faults what else goes wrong
 */
public record PeerSimulationPlan(
    int workers,
    Links links,
    Losses losses,
    double detection,
    List<SimulationPlan.Death> deaths,
    List<Join> joins,
    FaultPlan faults) {
  /**
   * A worker that joins a run under way.
   *
   * @param at virtual second
   * @param slot its slot
   */
  public record Join(double at, int slot) {}

  /**
   * Copies the lists and checks the numbers.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  public PeerSimulationPlan {
    deaths = List.copyOf(deaths);
    joins = List.copyOf(joins);
    if (workers < 1 || !(detection >= 0)) {
      throw new IllegalArgumentException(
          "workers=" + workers + ", detection=" + detection + " (expected >= 1, >= 0)");
    }
    for (SimulationPlan.Death d : deaths) {
      checkSlot("death", d.slot(), d.at(), workers);
    }
    for (Join j : joins) {
      checkSlot("join", j.slot(), j.at(), workers);
    }
    if (joins.stream().map(Join::slot).distinct().count() == workers) {
      throw new IllegalArgumentException(
          "all " + workers + " workers join later (expected one at the start)");
    }
    faults.check(workers);
    faults
        .all()
        .filter(f -> FaultKind.named(f).stream().anyMatch(PeerId::isServer))
        .findFirst()
        .ifPresent(f -> {
          throw new IllegalArgumentException(
              "a fault ("
                  + FaultKind.text(f)
                  + ") names the server (expected one of "
                  + workers
                  + " workers: there is no server)");
        });
  }

  /** Nothing goes wrong but deaths and losses. */
  public PeerSimulationPlan(
      int workers,
      Links links,
      Losses losses,
      double detection,
      List<SimulationPlan.Death> deaths,
      List<Join> joins) {
    this(workers, links, losses, detection, deaths, joins, FaultPlan.NONE);
  }

  private static void checkSlot(String what, int slot, double at, int workers) {
    if (slot < 0 || slot >= workers || !(at >= 0)) {
      throw new IllegalArgumentException(
          what
              + " of slot="
              + slot
              + " at="
              + at
              + " (expected slot 0 … "
              + (workers - 1)
              + ", at >= 0)");
    }
  }

  /** Nobody dies, nothing is lost. */
  public static PeerSimulationPlan of(int workers, Link link) {
    return new PeerSimulationPlan(
        workers, Links.uniform(link), Losses.NONE, 0, List.of(), List.of());
  }

  /** The same with these losses. */
  public PeerSimulationPlan losing(Losses some) {
    return new PeerSimulationPlan(workers, links, some, detection, deaths, joins, faults);
  }

  /** The same with these deaths, of which the others learn after {@code seconds}. */
  public PeerSimulationPlan dying(double seconds, List<SimulationPlan.Death> some) {
    return new PeerSimulationPlan(workers, links, losses, seconds, some, joins, faults);
  }

  /** The same with these joins. */
  public PeerSimulationPlan joining(List<Join> some) {
    return new PeerSimulationPlan(workers, links, losses, detection, deaths, some, faults);
  }

  /** The same with these faults. */
  public PeerSimulationPlan faulty(FaultPlan some) {
    return new PeerSimulationPlan(workers, links, losses, detection, deaths, joins, some);
  }
}
