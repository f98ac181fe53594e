package org.estafette.device;

/**
 * Sizes of a causal attention.
 *
 * @param sequences sequences, each attending to itself only
 * @param tokens tokens of each sequence
 * @param heads heads
 * @param headWidth elements of a head's query, key and value
 */
public record AttentionShape(int sequences, int tokens, int heads, int headWidth) {
  /**
   * @throws IllegalArgumentException where a size is below 1
   */
  public AttentionShape {
    if (sequences < 1 || tokens < 1 || heads < 1 || headWidth < 1) {
      throw new IllegalArgumentException(
          "sequences=%d, tokens=%d, heads=%d, headWidth=%d (expected all >= 1)"
              .formatted(sequences, tokens, heads, headWidth));
    }
  }

  /** Rows of the matrices: sequences × tokens. */
  public int rows() {
    return Math.multiplyExact(sequences, tokens);
  }

  /** Elements of a row of one of q, k, v: heads × headWidth. */
  public int width() {
    return Math.multiplyExact(heads, headWidth);
  }
}
