package org.estafette.algorithm.model;

import java.util.List;
import org.estafette.memory.Layout;

/**
 * Sizes of a multi-layer perceptron for classification.
 *
 * @param widths elements of the input, of each hidden layer, and classes; at least two
 * @param activation behind each hidden layer
 * @param initialization how the matrices begin; biases begin with 0, but for TORCH
 */
public record MlpConfig(
    List<Integer> widths, Activation activation, Initialization initialization) {
  /** Nonlinearity. */
  public enum Activation {
    /** max(0, x). */
    RELU,
    /** tanh x. */
    TANH
  }

  /** How the first values are drawn; normal around 0 unless said otherwise. */
  public enum Initialization {
    /** 2/in (He et al., 2015), for ReLU. */
    HE,
    /** 2/(in + out) (Glorot and Bengio, 2010), for tanh. */
    XAVIER,
    /** Uniform in ±1/√in, biases too: what torch's Linear begins with. */
    TORCH;

    double deviation(int in, int out) {
      return switch (this) {
        case HE -> Math.sqrt(2.0 / in);
        case XAVIER -> Math.sqrt(2.0 / (in + out));
        case TORCH -> 1 / Math.sqrt(3.0 * in);
      };
    }
  }

  /**
   * @throws IllegalArgumentException where there are fewer than two widths or one is below 1
   */
  public MlpConfig {
    widths = List.copyOf(widths);
    if (widths.size() < 2 || widths.stream().anyMatch(w -> w < 1)) {
      throw new IllegalArgumentException(
          "widths=" + widths + " (expected at least two, each >= 1)");
    }
  }

  /** ReLU with He's, tanh with Glorot's values. */
  public static MlpConfig of(Activation activation, Integer... widths) {
    Initialization initialization =
        activation == Activation.RELU ? Initialization.HE : Initialization.XAVIER;
    return new MlpConfig(List.of(widths), activation, initialization);
  }

  /** Layers with parameters. */
  public int layers() {
    return widths.size() - 1;
  }

  /** {@code layers.N.weight} as [out, in] and {@code layers.N.bias}, as torch's Linear has them. */
  public Layout layout() {
    Layout.Builder b = Layout.builder();
    for (int l = 0; l < layers(); l++) {
      b.add("layers." + l + ".weight", widths.get(l + 1), widths.get(l));
      b.add("layers." + l + ".bias", widths.get(l + 1));
    }
    return b.build();
  }
}
