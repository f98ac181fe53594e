package org.estafette.algorithm;

import java.util.List;

/**
 * Pushes that waited together and fall into one momentum period. They are applied in one pass over
 * memory, with the result of applying them one after another.
 *
 * @param members at least two, in the order of arrival
 */
public record MergedPush(List<PseudoGradient> members) implements Update.Contribution {
  /**
   * @throws IllegalArgumentException where there are fewer than two members
   */
  public MergedPush {
    members = List.copyOf(members);
    if (members.size() < 2) {
      throw new IllegalArgumentException("members=" + members.size() + " (expected >= 2)");
    }
  }

  /** The header of the first member. */
  @Override
  public Header header() {
    return members.getFirst().header();
  }

  @Override
  public void discard() {
    members.forEach(PseudoGradient::discard);
  }
}
