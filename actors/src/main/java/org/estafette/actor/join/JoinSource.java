package org.estafette.actor.join;

import java.util.List;

/**
 * Where addresses of a cluster's nodes come from. Each look may find others: files are edited, pods
 * move. Looks block.
 */
public interface JoinSource extends AutoCloseable {
  /**
   * Looks now. A coordinator is the first of these where it may begin a cluster, so that the order
   * is the same for all that look.
   *
   * @return at least one
   * @throws LookupException where there is none now
   */
  List<HostPort> look() throws LookupException;

  /** What was asked for, as {@code --join} had it. */
  @Override
  String toString();

  @Override
  default void close() {}
}
