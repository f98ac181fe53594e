package org.estafette.algorithm.peer.gossip;

import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
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
  private final FlatVector moved;
  private double spread = Double.NaN;

  Averaging(int parts, Missing missing, long length, Precision precision) {
    this.parts = parts;
    this.missing = missing;
    this.moved = precision.zeros(length);
    this.held = new Lease[parts][0];
  }

  /** The neighbours of the exchanges to come. Messages that were not used are dropped. */
  void rewire(Neighbourhood to) {
    close();
    if (around == null || held[0].length != to.from().size()) {
      held = new Lease[parts][to.from().size()];
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
   * <p>Computed as own + Σ_j w_j·(m_j − own). In float32, weights that do not add up to 1 would
   * shrink or blow up the parameters round by round, and D²'s corrections would sum that up; here
   * equal vectors stay what they are, bit for bit, and what one end of an edge gains the other
   * loses.
   *
   * @param into another vector than {@code own}
   * @param measured whether {@link #spread} is to be that of these messages
   */
  void mean(int part, FlatVector own, FlatVector into, boolean measured) {
    Neighbourhood n = around();
    double sum = heardWeight(part);
    double squares = 0;
    int count = 0;
    moved.fill(0);
    for (int j = 0; j < n.from().size(); j++) {
      Lease message = held[part][j];
      if (message != null) {
        into.difference(message.vector(), own);
        moved.axpy(n.fromWeights().get(j) / sum, into);
        squares += measured ? into.squaredNorm() : 0;
        count++;
      }
    }
    if (measured) {
      spread = count == 0 ? Double.NaN : Math.sqrt(squares / count);
    }
    into.copyFrom(own);
    into.axpy(1, moved);
    clear(part);
  }

  /** What the weights are to be divided by. */
  private double heardWeight(int part) {
    Neighbourhood n = around();
    double sum = n.selfWeight();
    boolean all = true;
    for (int j = 0; j < n.from().size(); j++) {
      if (held[part][j] == null) {
        all = false;
      } else {
        sum += n.fromWeights().get(j);
      }
    }
    return all || missing == Missing.OWN || !(sum > 0) ? 1 : sum;
  }

  /** The newest mean less the own vector, before it was rounded to the own vector's digits. */
  FlatVector moved() {
    return moved;
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
