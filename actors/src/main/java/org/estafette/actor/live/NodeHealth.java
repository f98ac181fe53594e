package org.estafette.actor.live;

import java.util.List;

/** Whether a node is ready to take part. May be called from any thread. */
public interface NodeHealth {
  /**
   * Its checks, in this order: {@code joined} (member of the cluster, state Up), {@code device},
   * {@code channel} (for tensors), {@code model} (parts of the run are open).
   */
  List<Check> checks();

  /**
   * @param name of the check
   * @param ok whether it holds
   * @param detail what was seen, and where it does not hold, what to do
   */
  record Check(String name, boolean ok, String detail) {}

  /** Whether all checks hold. */
  default boolean ready() {
    return checks().stream().allMatch(Check::ok);
  }
}
