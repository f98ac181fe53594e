package org.estafette.algorithm.guard;

import java.util.Arrays;

/** The median of the newest numbers: each new one pushes out the oldest. */
final class RunningMedian {
  private final double[] arrived;
  private final double[] sorted;
  private int size;
  private int next;

  RunningMedian(int window) {
    this.arrived = new double[window];
    this.sorted = new double[window];
  }

  void add(double value) {
    if (size == arrived.length) {
      int out = Arrays.binarySearch(sorted, 0, size, arrived[next]);
      System.arraycopy(sorted, out + 1, sorted, out, size - out - 1);
      size--;
    }
    int at = Arrays.binarySearch(sorted, 0, size, value);
    at = at < 0 ? -at - 1 : at;
    System.arraycopy(sorted, at, sorted, at + 1, size - at);
    sorted[at] = value;
    size++;
    arrived[next] = value;
    next = (next + 1) % arrived.length;
  }

  /** NaN where there is nothing. */
  double median() {
    return size == 0 ? Double.NaN : (sorted[(size - 1) / 2] + sorted[size / 2]) / 2;
  }

  void clear() {
    size = 0;
    next = 0;
  }
}
