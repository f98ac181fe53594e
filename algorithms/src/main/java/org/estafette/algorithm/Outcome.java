package org.estafette.algorithm;

/** What became of a worker's message. */
public sealed interface Outcome {
  /** The worker joined or asked again; nothing was pushed. */
  record Welcome() implements Outcome {}

  /**
   * The push was applied.
   *
   * @param version the server's version after it
   * @param staleness versions between pull and application
   * @param weight factor that the staleness policy and the plan gave it
   */
  record Applied(long version, long staleness, double weight) implements Outcome {}

  /**
   * The push was refused; it has changed nothing.
   *
   * @param reason why
   * @param detail what was seen and what was expected
   */
  record Refused(Refusal reason, String detail) implements Outcome {}
}
