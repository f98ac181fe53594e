package org.estafette.actor.live;

import java.util.List;
import java.util.function.Consumer;

/** What can be known of a run while it goes on. Every method may be called from any thread. */
public interface RunView {
  /** Where it stands. */
  RunStatus status();

  /** A ledger per worker that ever took part, ordered by slot. */
  List<WorkerStatus> workers();

  /** Who exchanges with whom now. */
  TopologyStatus topology();

  /**
   * What has happened so far.
   *
   * @param points progress lines at most, at least 2
   */
  History history(int points);

  /** Faults that were brought about on purpose, the newest 1000, in the order they began. */
  List<FaultStatus> faults();

  /** The effective configuration, HOCON with comments, without secrets. */
  String config();

  /**
   * Follows the run. The listener is called once for each event in order, first for those after
   * {@code lastSeen} that are still kept, and must not block: it runs where updates are decided on.
   *
   * @param lastSeen id of the last event that the listener knows; -1 for new events only
   * @return ends it
   */
  AutoCloseable follow(long lastSeen, Consumer<LiveEvent> listener);
}
