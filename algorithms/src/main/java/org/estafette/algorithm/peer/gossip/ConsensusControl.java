package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * Consensus control (Kong et al., 2021): after the local steps the exchange is repeated until the
 * workers are close enough. The mean model cannot be seen, so each worker judges by the distance to
 * the neighbours that it heard; enough is {@code fraction} times the running mean of its
 * pseudo-gradients' norm (η times that of its gradients).
 *
 * <p>A message says by its mass whether its sender wants another exchange: 2 yes, 1 no. Both ends
 * of an edge know both answers, and so both know whether the edge is open in the next exchange: as
 * long as one of them wants more, and never again in a round once neither does. Thus everybody who
 * wants more is answered, and nobody waits for a message that will not come. What a closed edge
 * weighed goes to both its ends, so that a symmetric W stays doubly stochastic.
 *
 * <p>Where a message is lost, or a worker joins in the middle of a round's exchanges, one end may
 * hold an edge for open that the other has closed. It then waits until its patience ends or, over
 * ordered links, until the other's next round: a plan should have one of the two.
 *
 * <p>The answer in a message rests on the exchange before it; that of the first rests on what was
 * left of the former round and on how far the local steps went. With fraction ∞ there is one
 * exchange a round.
 */
final class ConsensusControl extends Decorated {
  private static final double MEMORY = 0.9;

  private final double fraction;
  private final int most;
  private final Set<PeerId> eager = new HashSet<>();
  private Neighbourhood around = Shares.NOBODY;
  private long epoch;
  private List<PeerId> open = List.of();

  /** The running mean of ‖Δ‖, 0 before the first round, and the newest distance. */
  private final FlatVector seen = Precision.FLOAT64.zeros(2);

  private boolean wants;
  private int exchanges;

  /**
   * Control around a method of one exchange a round, whose messages are of mass 1.
   *
   * @param fraction target distance in units of the running mean of ‖Δ‖
   * @param most exchanges of a round at most
   */
  ConsensusControl(PeerMethod inner, double fraction, int most) {
    super(inner);
    if (!(fraction > 0)) {
      throw new IllegalArgumentException("fraction=" + fraction + " (expected > 0)");
    }
    if (most < 1) {
      throw new IllegalArgumentException("exchanges at most=" + most + " (expected >= 1)");
    }
    this.fraction = fraction;
    this.most = most;
  }

  @Override
  public void rewire(Neighbourhood to, long newEpoch) {
    around = to;
    epoch = newEpoch;
    openAll();
    inner.rewire(to, newEpoch);
  }

  private void openAll() {
    List<PeerId> all = new ArrayList<>(around.from());
    around.to().stream().filter(peer -> !all.contains(peer)).forEach(all::add);
    open = all;
    eager.clear();
  }

  @Override
  public boolean exchangesWith(PeerId neighbour) {
    return open.contains(neighbour) && inner.exchangesWith(neighbour);
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    double norm = Math.sqrt(delta.squaredNorm());
    double reference = seen.get(0);
    seen.set(0, reference == 0 ? norm : MEMORY * reference + (1 - MEMORY) * norm);
    wants = seen.get(1) + norm > target();
    exchanges = 0;
    int all = open.size();
    openAll();
    if (open.size() != all) {
      inner.rewire(around, epoch);
    }
    inner.trained(x, delta, rate);
  }

  private double target() {
    return fraction * seen.get(0);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    double mass = inner.compose(to, part, into);
    return wants ? mass + 1 : mass;
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    if (mass > 1) {
      eager.add(from);
    }
    inner.receive(from, part, 1, values);
  }

  @Override
  public boolean average(FlatVector x) {
    inner.average(x);
    exchanges++;
    double apart = inner.spread();
    if (!Double.isNaN(apart)) {
      seen.set(1, apart);
    }
    if (exchanges == most) {
      return false;
    }
    List<PeerId> next = wants ? open : open.stream().filter(eager::contains).toList();
    eager.clear();
    wants = seen.get(1) > target();
    if (next.isEmpty()) {
      return false;
    }
    if (next.size() != open.size()) {
      open = next;
      inner.rewire(Weights.only(around, next), epoch);
    }
    return true;
  }

  @Override
  public List<Named> state() {
    return stateWith(new Named("consensus control", seen));
  }
}
