package org.estafette.algorithm.model;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.estafette.device.DeviceVector;

/** Continues a text with a GPT, one token after another. */
public final class Generator {
  private final Gpt gpt;
  private final DeviceVector parameters;
  private final float[] logits;

  /**
   * @param parameters on the model's device
   */
  public Generator(Gpt gpt, DeviceVector parameters) {
    this.gpt = gpt;
    this.parameters = parameters;
    this.logits = new float[gpt.config().vocabulary()];
  }

  /**
   * Continues a text. The model sees the last {@code context} tokens of it.
   *
   * @param prompt the text; must not be empty
   * @param count tokens to add
   * @param out is told each new token as soon as it is chosen
   * @return the new tokens
   */
  public int[] generate(int[] prompt, int count, Sampling sampling, IntConsumer out) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt is empty (expected at least one token)");
    }
    InitialValues random = new InitialValues(sampling.seed(), 0);
    int[] text = Arrays.copyOf(prompt, prompt.length + count);
    for (int n = prompt.length; n < text.length; n++) {
      int seen = Math.min(n, gpt.config().context());
      gpt.logits(text, n - seen, seen, parameters, logits);
      text[n] = choose(logits, sampling, random.nextDouble());
      out.accept(text[n]);
    }
    return Arrays.copyOfRange(text, prompt.length, text.length);
  }

  /**
   * Chooses a token.
   *
   * @param uniform a number in [0, 1) that decides
   */
  static int choose(float[] logits, Sampling sampling, double uniform) {
    int likeliest = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[likeliest]) {
        likeliest = i;
      }
    }
    if (sampling.temperature() == 0) {
      return likeliest;
    }
    double threshold = threshold(logits, sampling.topK());
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] >= threshold) {
        weights[i] = Math.exp((logits[i] - logits[likeliest]) / sampling.temperature());
        sum += weights[i];
      }
    }
    double left = uniform * sum;
    for (int i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (weights[i] > 0 && left < 0) {
        return i;
      }
    }
    return likeliest;
  }

  private static double threshold(float[] logits, int topK) {
    if (topK == 0 || topK >= logits.length) {
      return Double.NEGATIVE_INFINITY;
    }
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length - topK];
  }
}
