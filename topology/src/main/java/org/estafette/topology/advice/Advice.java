package org.estafette.topology.advice;

/** What is to be said about a plan before it starts. */
public sealed interface Advice {
  /** Nothing speaks against it. */
  record Ok() implements Advice {
    @Override
    public String toString() {
      return "ok";
    }
  }

  /**
   * It runs, but not as one might think.
   *
   * @param reason what was seen
   * @param remedy what to do
   */
  record Warning(String reason, String remedy) implements Advice {
    @Override
    public String toString() {
      return "warning: " + reason + "; " + remedy;
    }
  }

  /**
   * It cannot converge, or cannot run at all.
   *
   * @param reason what was seen, and what was expected
   * @param remedy what to do
   */
  record Refused(String reason, String remedy) implements Advice {
    @Override
    public String toString() {
      return "refused: " + reason + "; " + remedy;
    }
  }

  /** Whether the plan must not start. */
  default boolean refused() {
    return this instanceof Refused;
  }
}
