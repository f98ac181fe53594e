package org.estafette.algorithm.data;

import org.estafette.algorithm.random.CounterRandom;

/**
 * Random changes of training images that leave their class as it is: a horizontal flip with
 * probability ½, and a shift by up to {@code shift} pixels in each direction with black behind
 * (torchvision's RandomCrop with that padding, and RandomHorizontalFlip).
 *
 * @param flip whether images are flipped
 * @param shift most pixels; 0 for none
 */
public record Augmentation(boolean flip, int shift) {
  /** Images as they are. */
  public static final Augmentation NONE = new Augmentation(false, 0);

  /** What CIFAR-10 is commonly trained with. */
  public static final Augmentation FLIP_AND_CROP = new Augmentation(true, 4);

  /**
   * @throws IllegalArgumentException where {@code shift} is negative
   */
  public Augmentation {
    if (shift < 0) {
      throw new IllegalArgumentException("shift=" + shift + " (expected >= 0)");
    }
  }

  boolean flips(long key) {
    return flip && CounterRandom.bits(key, 0) < 0;
  }

  int down(long key) {
    return offset(key, 1);
  }

  int right(long key) {
    return offset(key, 2);
  }

  private int offset(long key, int counter) {
    return shift == 0 ? 0 : (int) CounterRandom.below(key, counter, 2L * shift + 1) - shift;
  }
}
