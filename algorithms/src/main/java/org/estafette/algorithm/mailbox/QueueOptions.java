package org.estafette.algorithm.mailbox;

import java.util.Map;

/**
 * What a mailbox policy may know of the run.
 *
 * @param capacity updates that may wait
 * @param period N, pushes between two momentum refreshes
 * @param values further keys of the mailbox's configuration section
 */
public record QueueOptions(int capacity, int period, Map<String, String> values) {
  /**
   * @throws IllegalArgumentException where capacity or period is below 1
   */
  public QueueOptions {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity=" + capacity + " (expected >= 1)");
    }
    if (period < 1) {
      throw new IllegalArgumentException("period=" + period + " (expected >= 1)");
    }
    values = Map.copyOf(values);
  }

  /** Options with that capacity and period only. */
  public static QueueOptions of(int capacity, int period) {
    return new QueueOptions(capacity, period, Map.of());
  }
}
