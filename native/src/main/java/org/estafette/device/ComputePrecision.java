package org.estafette.device;

import java.util.Locale;

/** In what numbers a device computes. Parameters, gradients and moments are float32 in any case. */
public enum ComputePrecision {
  /** Everything in float32. */
  FLOAT32,

  /**
   * Matrix products, attention and what lies between them in bfloat16 with sums in float32; the
   * residual stream, norms' statistics, losses, gradients of parameters and optimizers in float32.
   */
  BFLOAT16;

  /**
   * The precision of a configuration's word.
   *
   * @throws IllegalArgumentException where there is no such precision
   */
  public static ComputePrecision of(String name) {
    for (ComputePrecision p : values()) {
      if (p.toString().equals(name)) {
        return p;
      }
    }
    throw new IllegalArgumentException(
        "precision=" + name + " (expected " + FLOAT32 + " or " + BFLOAT16 + ")");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
