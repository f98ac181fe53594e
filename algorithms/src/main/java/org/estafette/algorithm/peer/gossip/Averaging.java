package org.estafette.algorithm.peer.gossip;

import java.util.Arrays;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one exchange and their weighted mean, Σ_j W_ij m_j. Where a message is missing,
 * what its sender weighed goes to the others or to the worker itself.
 */
final class Averaging implements AutoCloseable {
  /** What becomes of the weight of a message that did not come. */
  enum Missing {
    /** The weights that are left are scaled up to sum 1. */
    RESCALE,
    /** The worker's own value takes its place. */
    OWN
  }

  private final int parts;
  private final Missing missing;
  private @Nullable Neighbourhood around;
  private @Nullable Lease[][] held;
  private FlatVector[] terms = {};
  private double[] weights = {};
  private double spread = Double.NaN;

  Averaging(int parts, Missing missing) {
    this.parts = parts;
    this.missing = missing;
    this.held = new Lease[parts][0];
  }

  /** The neighbours of the exchanges to come. Messages that were not used are dropped. */
  void rewire(Neighbourhood to) {
    close();
    if (around == null || held[0].length != to.from().size()) {
      held = new Lease[parts][to.from().size()];
      terms = new FlatVector[to.from().size() + 1];
      weights = new double[to.from().size() + 1];
    }
    around = to;
  }

  Neighbourhood around() {
    Neighbourhood known = around;
    if (known == null) {
      throw new IllegalStateException("no neighbours are known (expected rewire first)");
    }
    return known;
  }

  /** Keeps a message for the next mean; a newer one of the same neighbour takes its place. */
  void put(PeerId from, int part, Lease values) {
    int at = around().from().indexOf(from);
    if (at < 0 || part < 0 || part >= parts) {
      values.close();
      throw new IllegalArgumentException(
          "message of %s, part=%d (expected one of %s, part below %d)"
              .formatted(from, part, around().from(), parts));
    }
    Lease old = held[part][at];
    held[part][at] = values;
    if (old != null) {
      old.close();
    }
  }

  /**
   * into ← the weighted mean of {@code own} and what was heard of {@code part}; the messages are
   * given back.
   *
   * @param into another vector than {@code own}
   * @param measured whether {@link #spread} is to be that of these messages
   */
  void mean(int part, FlatVector own, FlatVector into, boolean measured) {
    Neighbourhood n = around();
    terms[0] = own;
    weights[0] = n.selfWeight();
    double sum = weights[0];
    double squares = 0;
    int count = 1;
    for (int j = 0; j < n.from().size(); j++) {
      Lease message = held[part][j];
      if (message == null) {
        if (missing == Missing.OWN) {
          weights[0] += n.fromWeights().get(j);
          sum += n.fromWeights().get(j);
        }
        continue;
      }
      terms[count] = message.vector();
      weights[count] = n.fromWeights().get(j);
      sum += weights[count];
      if (measured) {
        into.difference(own, terms[count]);
        squares += into.squaredNorm();
      }
      count++;
    }
    if (measured) {
      spread = count == 1 ? Double.NaN : Math.sqrt(squares / (count - 1));
    }
    if (missing == Missing.RESCALE && count <= n.from().size()) {
      rescale(count, sum);
    }
    into.weightedSum(terms, weights, count);
    Arrays.fill(terms, null);
    clear(part);
  }

  private void rescale(int count, double sum) {
    if (count == 1 || !(sum > 0)) {
      weights[0] = 1;
      Arrays.fill(weights, 1, count, 0);
      return;
    }
    for (int i = 0; i < count; i++) {
      weights[i] /= sum;
    }
  }

  /** Root of the mean squared distance to the messages of the last measured mean. */
  double spread() {
    return spread;
  }

  private void clear(int part) {
    for (int j = 0; j < held[part].length; j++) {
      Lease message = held[part][j];
      if (message != null) {
        held[part][j] = null;
        message.close();
      }
    }
  }

  /** Gives back what was not used. */
  @Override
  public void close() {
    for (int part = 0; part < parts; part++) {
      clear(part);
    }
  }
}
