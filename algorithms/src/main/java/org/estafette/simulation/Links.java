package org.estafette.simulation;

/** The ways between workers. A pure function. */
@FunctionalInterface
public interface Links {
  /** The way from one worker to another. */
  Link between(int from, int to);

  /** Every way is the same. */
  static Links uniform(Link link) {
    return (from, to) -> link;
  }
}
