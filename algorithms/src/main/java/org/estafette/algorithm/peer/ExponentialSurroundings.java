package org.estafette.algorithm.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.estafette.algorithm.PeerId;

/**
 * One peer at a time, 2^k ahead in the order of the live slots, k going round with every exchange.
 * Each keeps half and sends half. With a power of two of live workers all hold the mean after log₂
 * n exchanges; with another number ⌈log₂ n⌉ offsets go round.
 */
final class ExponentialSurroundings implements Surroundings {
  private final int perRound;

  /**
   * Exchanges.
   *
   * @param perRound exchanges of each round
   */
  ExponentialSurroundings(int perRound) {
    if (perRound < 1) {
      throw new IllegalArgumentException("perRound=" + perRound + " (expected >= 1)");
    }
    this.perRound = perRound;
  }

  @Override
  public boolean varying() {
    return true;
  }

  @Override
  public Neighbourhood around(PeerId self, SortedSet<PeerId> live, long round, int exchange) {
    int n = live.size();
    if (n == 1) {
      return new Neighbourhood(self, 1, List.of(), List.of(), 1, List.of(), List.of());
    }
    List<PeerId> order = new ArrayList<>(live);
    int i = java.util.Collections.binarySearch(order, self);
    int period = Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
    int offset = 1 << Math.floorMod((round - 1) * perRound + exchange, period);
    List<Double> half = List.of(0.5);
    return new Neighbourhood(
        self,
        n,
        List.of(order.get((i + offset) % n)),
        List.of(order.get(Math.floorMod(i - offset, n))),
        0.5,
        half,
        half);
  }
}
