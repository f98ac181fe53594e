package org.estafette.simulation;

import java.util.List;
import org.estafette.algorithm.mailbox.UpdateQueue;

/**
 * What is simulated besides the participants.
 *
 * @param workers number of workers
 * @param mailbox the server's mailbox policy
 * @param secondsPerUpdate time that the server takes for one update; while it is at it, others wait
 *     in the mailbox
 * @param detection seconds after which the server learns of a death
 * @param deaths workers that die
 */
public record SimulationPlan(
    int workers,
    UpdateQueue mailbox,
    double secondsPerUpdate,
    double detection,
    List<Death> deaths) {
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
