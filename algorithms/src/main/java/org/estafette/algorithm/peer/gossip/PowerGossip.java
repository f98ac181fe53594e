package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.TensorSpec;

/**
 * PowerGossip (Vogels, Karimireddy and Jaggi, 2020): each edge follows the difference of its ends,
 * matrix by matrix, by power iterations of rank r that are warm-started from one another. In an
 * iteration of odd count both ends orthonormalise q and send X·q, and p = X_hi·q − X_lo·q; in one
 * of even count p and Xᵀ·p. Then X_hi ← X_hi − W_ij·p·qᵀ and X_lo ← X_lo + W_ij·p·qᵀ, all edges
 * from the same X. What is no matrix is averaged plainly in the first exchange of a round. The
 * first round leaves matrices alone: workers start equal. Its exchanges take place all the same, as
 * a worker that joins has its first round when others are far beyond theirs.
 *
 * <p>A message is r·m or r·c numbers a matrix and the other parameters, from the front of the
 * vector on; its mass is 1 + the iterations that its sender has done on this edge. Where the two
 * ends differ in that, because a message was lost, both begin anew from the basis of the larger
 * count: factors of unequal ends would tear the workers apart.
 */
final class PowerGossip implements PeerMethod {
  private static final long NONE = Long.MIN_VALUE;
  private static final String EDGE = "factors of the edge to ";

  private final int iterations;
  private final EdgeBasis basis;
  private final List<MatrixPart> matrices;
  private final List<TensorSpec> others;
  private final FlatVector own;
  private final Map<PeerId, PowerEdge> edges = new TreeMap<>();
  private final Map<PeerId, Lease> heard = new HashMap<>();
  private final Map<PeerId, Double> counts = new HashMap<>();
  private Neighbourhood around = Shares.NOBODY;
  private long epoch = NONE;
  private boolean equal = true;
  private int exchange;
  private double spread = Double.NaN;

  /**
   * A worker's side.
   *
   * @param rank r
   * @param iterations power iterations, each an exchange, of a round
   */
  PowerGossip(Layout layout, Precision precision, int rank, int iterations, EdgeBasis basis) {
    if (rank < 1 || iterations < 1) {
      throw new IllegalArgumentException(
          "rank=" + rank + ", iterations=" + iterations + " (expected >= 1)");
    }
    this.iterations = iterations;
    this.basis = basis;
    this.matrices = MatrixPart.of(layout, rank);
    this.others = layout.tensors().stream().filter(t -> !MatrixPart.isMatrix(t)).toList();
    this.own = precision.zeros(layout.length());
  }

  @Override
  public void rewire(Neighbourhood to, long newEpoch) {
    if (epoch != NONE && newEpoch > epoch) {
      edges.clear();
    }
    epoch = newEpoch;
    around = to;
    close();
    for (PeerId peer : to.from()) {
      edges.computeIfAbsent(
          peer,
          p -> {
            PowerEdge edge = new PowerEdge(matrices, basis, to.self().slot(), p.slot());
            if (!equal) {
              // Where the other end joins, it skips its first round from the same factors.
              edge.skip(iterations);
            }
            return edge;
          });
    }
  }

  private PowerEdge edge(PeerId neighbour) {
    PowerEdge known = edges.get(neighbour);
    if (known == null) {
      throw new IllegalArgumentException(
          neighbour + " is no neighbour (expected one of " + around.from() + ")");
    }
    return known;
  }

  @Override
  public boolean alike() {
    return false;
  }

  @Override
  public boolean conflatable() {
    return false;
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    own.difference(x, delta);
    exchange = 0;
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    PowerEdge edge = edge(to);
    into.fill(0);
    if (!equal) {
      edge.compose(own, into);
    }
    if (exchange == 0) {
      copyOthers(into, equal ? 0 : products(edge.count()));
    }
    return equal ? 0 : 1 + (double) edge.count();
  }

  /** Numbers of the products in a message of an iteration of that count. */
  private long products(long count) {
    long sum = 0;
    for (MatrixPart m : matrices) {
      sum += (long) (count % 2 == 1 ? m.rows() : m.columns()) * m.rank();
    }
    return sum;
  }

  private void copyOthers(FlatVector into, long from) {
    long at = from;
    for (TensorSpec tensor : others) {
      for (long i = 0; i < tensor.size(); i++) {
        into.set(at++, own.get(tensor.offset() + i));
      }
    }
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    if (!around.from().contains(from)) {
      values.close();
      throw new IllegalArgumentException(
          "message of " + from + " (expected one of " + around.from() + ")");
    }
    Lease old = heard.put(from, values);
    if (old != null) {
      old.close();
    }
    counts.put(from, mass);
  }

  @Override
  public boolean average(FlatVector x) {
    double squares = 0;
    int answered = 0;
    if (exchange == 0) {
      squares += averageOthers();
    }
    for (int j = 0; j < around.from().size(); j++) {
      PeerId peer = around.from().get(j);
      Lease message = heard.get(peer);
      PowerEdge edge = edge(peer);
      if (equal) {
        edge.skip(1);
      }
      if (message == null) {
        continue;
      }
      answered++;
      long theirs = (long) counts.getOrDefault(peer, 0.0).doubleValue() - 1;
      if (equal) {
        continue;
      }
      if (theirs != edge.count()) {
        edge.reset(Math.max(theirs, edge.count()) + 1);
        continue;
      }
      squares += edge.advance(message.vector());
      edge.move(own, around.fromWeights().get(j));
    }
    close();
    spread = answered == 0 ? Double.NaN : Math.sqrt(squares / answered);
    exchange++;
    boolean more = exchange < iterations;
    equal &= more;
    x.copyFrom(own);
    return more;
  }

  /** Plain gossip of what is no matrix; returns the sum of squared distances. */
  private double averageOthers() {
    double squares = 0;
    List<FlatVector> messages = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    double sum = around.selfWeight();
    for (int j = 0; j < around.from().size(); j++) {
      PeerId peer = around.from().get(j);
      Lease message = heard.get(peer);
      if (message != null) {
        long count = (long) counts.getOrDefault(peer, 0.0).doubleValue() - 1;
        messages.add(message.vector());
        weights.add(around.fromWeights().get(j));
        starts.add(count < 0 ? 0 : products(count));
        sum += around.fromWeights().get(j);
      }
    }
    if (!(sum > 0)) {
      return 0;
    }
    long at = 0;
    for (TensorSpec tensor : others) {
      for (long i = 0; i < tensor.size(); i++, at++) {
        double mine = own.get(tensor.offset() + i);
        double mean = around.selfWeight() / sum * mine;
        for (int k = 0; k < messages.size(); k++) {
          double theirs = messages.get(k).get(starts.get(k) + at);
          mean += weights.get(k) / sum * theirs;
          squares += (theirs - mine) * (theirs - mine);
        }
        own.set(tensor.offset() + i, mean);
      }
    }
    return squares;
  }

  @Override
  public List<Named> state() {
    return edges.entrySet().stream()
        .map(e ->
            new Named(EDGE + e.getKey(), e.getValue().factors(), (double) e.getValue().count()))
        .toList();
  }

  @Override
  public void restore(List<Named> saved) {
    for (Named one : saved) {
      edges.forEach((peer, edge) -> {
        if (one.name().equals(EDGE + peer)) {
          edge.restore(one.vector(), (long) one.number());
          equal &= edge.count() == 0;
        }
      });
    }
  }

  @Override
  public double spread() {
    return spread;
  }

  @Override
  public void close() {
    heard.values().forEach(Lease::close);
    heard.clear();
    counts.clear();
  }
}
