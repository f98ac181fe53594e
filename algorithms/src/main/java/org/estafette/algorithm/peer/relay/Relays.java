package org.estafette.algorithm.peer.relay;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * What came over each edge of one tree and is to be passed on over all others.
 *
 * <p>The sums of all but one are never made by subtracting that one from the total, which would
 * leave its rounding behind. Few neighbours are summed directly; at a star's centre running sums
 * from both ends make the cost linear in the degree.
 */
final class Relays implements AutoCloseable {
  /** Up to so many neighbours are summed directly: that reads less memory. */
  private static final int DIRECT = 6;

  /** A message that is held. */
  static final class Entry {
    final Lease lease;
    final double count;

    /** It came in this exchange. */
    boolean fresh = true;

    boolean applied;
    boolean relayed;

    Entry(Lease lease, double count) {
      this.lease = lease;
      this.count = count;
    }

    FlatVector vector() {
      return lease.vector();
    }
  }

  private List<PeerId> neighbours = List.of();
  private List<List<Entry>> edges = List.of();
  private FlatVector[] xs = new FlatVector[8];
  private double[] weights = new double[8];
  private int operands;

  // Running sums for many neighbours: from the front up to `next`, and from behind it to the end.
  private final List<FlatVector> behind = new ArrayList<>();
  private @Nullable FlatVector front;
  private double frontCount;
  private int next;
  private boolean current;

  /** Another tree: what is held counts no more. */
  void rewire(List<PeerId> now) {
    close();
    neighbours = List.copyOf(now);
    List<List<Entry>> empty = new ArrayList<>();
    now.forEach(n -> empty.add(new ArrayList<>(1)));
    edges = empty;
    if (now.size() <= DIRECT) {
      behind.clear();
      front = null;
    }
  }

  List<PeerId> neighbours() {
    return neighbours;
  }

  /** What is held of each neighbour, in their order. */
  List<List<Entry>> edges() {
    return edges;
  }

  private int index(PeerId neighbour) {
    int i = java.util.Collections.binarySearch(neighbours, neighbour);
    if (i < 0) {
      throw new IllegalArgumentException(
          neighbour + " is no neighbour in the relay tree (expected one of " + neighbours + ")");
    }
    return i;
  }

  /** Takes a message in place of the former one. */
  void replace(PeerId from, double count, Lease values) {
    List<Entry> edge = edges.get(index(from));
    edge.forEach(e -> e.lease.close());
    edge.clear();
    edge.add(new Entry(values, count));
    current = false;
  }

  /** Takes a message beside the former ones. */
  void add(PeerId from, double count, Lease values) {
    edges.get(index(from)).add(new Entry(values, count));
    current = false;
  }

  /** The held messages will change, or the own vector has. */
  void touched() {
    current = false;
  }

  void drop(List<Entry> edge, int index) {
    edge.remove(index).lease.close();
    current = false;
  }

  /**
   * into ← own + Σ of what is held of all neighbours but {@code to} and was not relayed.
   *
   * @return 1 + their counts
   */
  double others(FlatVector own, PeerId to, FlatVector into) {
    int at = index(to);
    if (neighbours.size() <= DIRECT) {
      return direct(own, at, into);
    }
    if (at == 0) {
      begin(own);
    }
    if (!current || at != next) {
      return direct(own, at, into);
    }
    return fromRunningSums(at, into);
  }

  private double direct(FlatVector own, int but, FlatVector into) {
    operands = 0;
    operand(own, 1);
    double count = 1;
    for (int k = 0; k < edges.size(); k++) {
      if (k != but) {
        count += operandsOf(edges.get(k));
      }
    }
    into.weightedSum(xs, weights, operands);
    return count;
  }

  private double operandsOf(List<Entry> edge) {
    double count = 0;
    for (int i = 0; i < edge.size(); i++) {
      Entry e = edge.get(i);
      if (!e.relayed) {
        operand(e.vector(), 1);
        count += e.count;
      }
    }
    return count;
  }

  void clearOperands() {
    operands = 0;
  }

  /** One more operand of {@link #sumInto}. */
  void operand(FlatVector x, double weight) {
    if (operands == xs.length) {
      xs = java.util.Arrays.copyOf(xs, 2 * operands);
      weights = java.util.Arrays.copyOf(weights, 2 * operands);
    }
    xs[operands] = x;
    weights[operands++] = weight;
  }

  /** into ← Σ weight·operand; into may be one of them. */
  void sumInto(FlatVector into) {
    into.weightedSum(xs, weights, operands);
  }

  private void begin(FlatVector own) {
    int degree = neighbours.size();
    if (front == null) {
      front = own.precision().zeros(own.length());
    }
    while (behind.size() < degree) {
      behind.add(own.precision().zeros(own.length()));
    }
    front.copyFrom(own);
    frontCount = 1;
    // behind[k] = what is held of k + 1, k + 2, …
    for (int k = degree - 2; k >= 0; k--) {
      operands = 0;
      if (k < degree - 2) {
        operand(behind.get(k + 1), 1);
      }
      operandsOf(edges.get(k + 1));
      behind.get(k).weightedSum(xs, weights, operands);
    }
    next = 0;
    current = true;
  }

  private double fromRunningSums(int at, FlatVector into) {
    FlatVector sum = java.util.Objects.requireNonNull(front);
    operands = 0;
    operand(sum, 1);
    double count = frontCount;
    if (at < neighbours.size() - 1) {
      operand(behind.get(at), 1);
      for (int k = at + 1; k < edges.size(); k++) {
        count += countOf(edges.get(k));
      }
    }
    into.weightedSum(xs, weights, operands);
    for (Entry e : edges.get(at)) {
      if (!e.relayed) {
        sum.axpy(1, e.vector());
        frontCount += e.count;
      }
    }
    next = at + 1;
    return count;
  }

  private static double countOf(List<Entry> edge) {
    double count = 0;
    for (int i = 0; i < edge.size(); i++) {
      count += edge.get(i).relayed ? 0 : edge.get(i).count;
    }
    return count;
  }

  /** Gives back all that is held. */
  @Override
  public void close() {
    for (List<Entry> edge : edges) {
      edge.forEach(e -> e.lease.close());
      edge.clear();
    }
    current = false;
  }
}
