package org.estafette.algorithm;

/**
 * Where in a round between neighbours a message belongs, and how much it carries.
 *
 * @param exchange exchanges of the sender's round before this one: 0 unless a method averages more
 *     than once a round
 * @param part which of the vectors that the method sends in one exchange, or which of two relay
 *     trees
 * @param mass what the vector stands for: in RelaySum the workers whose models are in the sum, in
 *     push-sum the weight w; 1 for a plain model
 */
public record Passage(int exchange, int part, double mass) {
  /**
   * @throws IllegalArgumentException where a number is negative or the mass is not finite
   */
  public Passage {
    if (exchange < 0 || part < 0 || !(mass >= 0 && mass < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "passage exchange=%d, part=%d, mass=%s (expected >= 0, mass finite)"
              .formatted(exchange, part, mass));
    }
  }

  /**
   * The part of a worker's whole parameters, sent to a neighbour that asked for them; no method has
   * so many parts.
   */
  public static final int PARAMETERS_PART = 255;

  /** A worker's parameters, in answer to a {@link Pull}. */
  public static final Passage PARAMETERS = new Passage(0, PARAMETERS_PART, 1);

  /** Whether this is no part of an exchange but an answer to a {@link Pull}. */
  public boolean isAnswer() {
    return part == PARAMETERS_PART;
  }

  /** A whole model in the only exchange of a round. */
  public static final Passage MODEL = new Passage(0, 0, 1);
}
