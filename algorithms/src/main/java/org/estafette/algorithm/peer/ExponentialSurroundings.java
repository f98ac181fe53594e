package org.estafette.algorithm.peer;

import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * One peer at a time, 2^k ahead in the order of the live slots, k going round with every exchange.
 * Each keeps half and sends half. With a power of two of live workers all hold the mean after log₂
 * n exchanges; with another number ⌈log₂ n⌉ offsets go round.
 */
final class ExponentialSurroundings implements Surroundings {
  /** What was found last; a function of the live set, so that a race does no harm. */
  private record Found(SortedSet<PeerId> live, PeerId[] order) {}

  private final int perRound;
  private volatile @Nullable Found found;

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
  public SortedSet<PeerId> shared(SortedSet<PeerId> live) {
    return find(live).live;
  }

  private Found find(SortedSet<PeerId> live) {
    Found last = found;
    if (last == null || last.live != live && !last.live.equals(live)) {
      last = new Found(new TreeSet<>(live), live.toArray(PeerId[]::new));
      found = last;
    }
    return last;
  }

  @Override
  public Neighbourhood around(PeerId self, SortedSet<PeerId> live, long round, int exchange) {
    PeerId[] order = find(live).order;
    int n = order.length;
    if (n == 1) {
      return new Neighbourhood(self, 1, List.of(), List.of(), 1, List.of(), List.of());
    }
    int i = Arrays.binarySearch(order, self);
    int period = Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
    int offset = 1 << Math.floorMod((round - 1) * perRound + exchange, period);
    List<Double> half = List.of(0.5);
    return new Neighbourhood(
        self,
        n,
        List.of(order[(i + offset) % n]),
        List.of(order[Math.floorMod(i - offset, n)]),
        0.5,
        half,
        half);
  }
}
