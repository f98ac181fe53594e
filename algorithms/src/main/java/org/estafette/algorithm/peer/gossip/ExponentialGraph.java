package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.Surroundings;

/**
 * The one-peer exponential graph of stochastic gradient push (Assran et al., 2019): in its k-th
 * averaging a worker sends to the one 2^(k mod ⌈log₂ n⌉) places further among the live workers and
 * hears the one as far behind, each with weight 1/2. Doubly stochastic, so that push-sum weights
 * stay 1.
 *
 * @param averagings averagings of each round
 * @param order which offset comes when
 */
public record ExponentialGraph(int averagings, Order order) implements Surroundings {
  /** The order of the offsets. */
  public enum Order {
    /** 2^((t·averagings + j) mod d): each in turn. */
    IN_TURN,
    /**
     * 2^((t·(averagings + j)) mod d), as in the code published with RelaySGD, where brackets are
     * missing: not every offset is used equally often. To repeat its runs.
     */
    AS_PUBLISHED
  }

  /**
   * @throws IllegalArgumentException where {@code averagings} is below 1
   */
  public ExponentialGraph {
    if (averagings < 1) {
      throw new IllegalArgumentException("averagings=" + averagings + " (expected >= 1)");
    }
  }

  /**
   * How many places further a message goes.
   *
   * @param workers n
   * @param round t, from 0
   * @param averaging j, from 0
   */
  public int offset(int workers, long round, int averaging) {
    if (workers < 2) {
      throw new IllegalArgumentException("workers=" + workers + " (expected >= 2)");
    }
    int period = 32 - Integer.numberOfLeadingZeros(workers - 1);
    long k =
        switch (order) {
          case IN_TURN -> round * averagings + averaging;
          case AS_PUBLISHED -> round * (averagings + averaging);
        };
    return 1 << Math.floorMod(k, period);
  }

  @Override
  public boolean varying() {
    return true;
  }

  /**
   * A worker's place in an averaging; alone it has no neighbours.
   *
   * @throws IllegalArgumentException where {@code self} is not live
   */
  @Override
  public Neighbourhood around(PeerId self, SortedSet<PeerId> live, long round, int averaging) {
    List<PeerId> all = new ArrayList<>(live);
    int at = all.indexOf(self);
    if (at < 0) {
      throw new IllegalArgumentException(self + " is not live (expected one of " + live + ")");
    }
    int n = all.size();
    if (n == 1) {
      return new Neighbourhood(self, 1, List.of(), List.of(), 1, List.of(), List.of());
    }
    int offset = offset(n, round - 1, averaging);
    PeerId to = all.get(Math.floorMod(at + offset, n));
    PeerId from = all.get(Math.floorMod(at - offset, n));
    List<Double> half = List.of(0.5);
    return new Neighbourhood(self, n, List.of(to), List.of(from), 0.5, half, half);
  }
}
