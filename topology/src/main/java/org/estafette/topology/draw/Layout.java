package org.estafette.topology.draw;

/**
 * Where the nodes stand: x to the right and y downwards, both in 0 … 1.
 *
 * @param x of each node
 * @param y of each node
 * @param aspect height of the picture over its width
 */
public record Layout(double[] x, double[] y, double aspect) {
  /** Stretches any coordinates to 0 … 1; the aspect is given, as trees need not be to scale. */
  static Layout scaled(double[] x, double[] y, double aspect) {
    unit(x);
    unit(y);
    return new Layout(x, y, aspect);
  }

  private static void unit(double[] v) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double d : v) {
      low = Math.min(low, d);
      high = Math.max(high, d);
    }
    for (int i = 0; i < v.length; i++) {
      v[i] = high - low < 1e-12 ? 0.5 : (v[i] - low) / (high - low);
    }
  }
}
