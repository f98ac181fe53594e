package org.estafette.actor.node;

/** Kills workers' processes. */
@FunctionalInterface
public interface ProcessKiller {
  /**
   * Kills the process of the worker with this key as {@code kill -9} does.
   *
   * @param downtime seconds until it is started again; never where that is infinite
   * @return false where there is no such process
   */
  boolean kill(String key, double downtime);
}
