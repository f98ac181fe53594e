package org.estafette.algorithm.data;

import java.util.List;

/**
 * Makes numbers of bytes: (byte/255 − mean)/deviation, channel by channel.
 *
 * @param means mean of each channel, 0 … 1
 * @param deviations standard deviation of each channel, above 0
 */
public record ChannelScale(List<Double> means, List<Double> deviations) {
  private static final int BYTES = 256;

  /**
   * @throws IllegalArgumentException where the lists differ in length or a deviation is not above 0
   */
  public ChannelScale {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
    if (means.size() != deviations.size() || deviations.stream().anyMatch(d -> !(d > 0))) {
      throw new IllegalArgumentException(
          "means=" + means + ", deviations=" + deviations + " (expected as many, deviations > 0)");
    }
  }

  /** The number that stands for each byte, channel after channel: 256 of each. */
  float[] numbers() {
    float[] numbers = new float[BYTES * means.size()];
    for (int c = 0; c < means.size(); c++) {
      for (int b = 0; b < BYTES; b++) {
        numbers[c * BYTES + b] = (float) ((b / 255.0 - means.get(c)) / deviations.get(c));
      }
    }
    return numbers;
  }
}
