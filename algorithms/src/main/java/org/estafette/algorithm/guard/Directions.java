package org.estafette.algorithm.guard;

import java.util.Arrays;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Where each worker's pushes have pointed lately, and how that lies to the others.
 *
 * <p>A single push is mostly noise, so that one tells little of another. Of each worker there is
 * therefore a mean of its pushes, each taken as a unit vector, in which the newest count most: what
 * its pushes have in common stays, noise does not. Two numbers are read from the means, again as
 * unit vectors e_j, of a worker k and the n others:
 *
 * <ul>
 *   <li>the cosine of e_k with Σ_j e_j: below 0 where k goes against the others;
 *   <li>the agreement of the others, which is the mean of the cosines of each two of them.
 * </ul>
 *
 * <p>The second keeps an honest worker from being told to be wrong. Where the pushes' own sum is
 * about 0, as at the end of a run, the one that goes against it may be anybody, and the others
 * agree in nothing. An honest worker that goes against a sum in which a wrong one is has others who
 * do not agree either: the wrong one is among them.
 *
 * <p>One sum of the e_j is kept, so that the cost of a push is a few passes over the sample,
 * however many workers there are. Only where a worker goes against the others it is compared with
 * each of them ({@link #nearest}): one that has a companion may have data like its companion's.
 */
final class Directions {
  /** Coordinates that are looked at. */
  private static final int SAMPLE = 4096;

  /** Weight of the newest push. */
  private static final double NEWEST = 1.0 / 16;

  /** Pushes of a worker before its mean says anything. */
  static final int FEW = 8;

  private final Sample sample;
  private final double[] push;
  private final double[] sum;

  /** By slot; null for one that has not pushed. */
  private @Nullable Mean[] means = new Mean[8];

  private int heard;
  private double cosine = Double.NaN;
  private double agreement = Double.NaN;

  /** A worker's. */
  private static final class Mean {
    final float[] values;
    double length;
    int pushes;

    Mean(int size) {
      values = new float[size];
    }

    boolean heard() {
      return pushes >= FEW && length > 0;
    }
  }

  /** Of vectors of {@code length} numbers. */
  Directions(long length, long seed) {
    sample = new Sample(length, SAMPLE, seed);
    push = new double[sample.size()];
    sum = new double[sample.size()];
  }

  /**
   * A worker's push, of finite numbers.
   *
   * @return whether {@link #cosine} and {@link #agreement} are known now
   */
  boolean add(int slot, FlatVector delta) {
    cosine = Double.NaN;
    agreement = Double.NaN;
    double norm = sample.read(delta, push);
    if (!(norm > 0) || !Double.isFinite(norm)) {
      return false; // It points nowhere.
    }
    Mean mean = find(slot);
    if (mean == null) {
      mean = new Mean(sample.size());
      if (slot >= means.length) {
        means = Arrays.copyOf(means, Math.max(slot + 1, 2 * means.length));
      }
      means[slot] = mean;
    }
    take(mean);
    double rate = Math.max(NEWEST, 1.0 / ++mean.pushes);
    double unit = rate / norm;
    double squared = 0;
    float[] values = mean.values;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((1 - rate) * values[i] + unit * push[i]);
      squared += (double) values[i] * values[i];
    }
    mean.length = Math.sqrt(squared);
    if (!mean.heard()) {
      return false;
    }
    read(mean);
    return !Double.isNaN(cosine);
  }

  private @Nullable Mean find(int slot) {
    return slot < means.length ? means[slot] : null;
  }

  /** Adds a mean to the sum, and reads how it lies to the rest of it. */
  private void read(Mean mean) {
    double along = 0;
    double squared = 0;
    for (int i = 0; i < sum.length; i++) {
      double e = mean.values[i] / mean.length;
      along += e * sum[i];
      squared += sum[i] * sum[i];
      sum[i] += e;
    }
    heard++;
    if (others() >= 2) {
      cosine = squared > 0 ? along / Math.sqrt(squared) : 0;
      agreement = (squared - others()) / (2 * pairs());
    }
  }

  /** Takes a mean out of the sum. */
  private void take(Mean mean) {
    if (mean.heard()) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] -= mean.values[i] / mean.length;
      }
      heard--;
    }
  }

  /** A worker takes part no more. */
  void forget(int slot) {
    Mean mean = find(slot);
    if (mean != null) {
      take(mean);
      means[slot] = null;
    }
  }

  /**
   * The cosine of a worker with the one that is nearest to it; −1 where there is none. A pass over
   * the sample for each other worker: for when there is reason to ask.
   */
  double nearest(int slot) {
    Mean own = find(slot);
    double nearest = -1;
    for (Mean other : means) {
      if (own != null && other != null && other != own && own.heard() && other.heard()) {
        double product = 0;
        for (int i = 0; i < sum.length; i++) {
          product += (double) own.values[i] * other.values[i];
        }
        nearest = Math.max(nearest, product / (own.length * other.length));
      }
    }
    return nearest;
  }

  /** Workers besides the one that pushed last. */
  int others() {
    return heard - 1;
  }

  /** Standard error of a cosine of two directions that have nothing in common. */
  double error() {
    return 1 / Math.sqrt(sum.length);
  }

  /** Pairs of others, of whose cosines the agreement is the mean. */
  double pairs() {
    return others() * (others() - 1) / 2.0;
  }

  /** Of the worker that pushed last with the sum of the others; NaN where there are not two. */
  double cosine() {
    return cosine;
  }

  /** Of the others with each other; NaN where there are not two. */
  double agreement() {
    return agreement;
  }
}
