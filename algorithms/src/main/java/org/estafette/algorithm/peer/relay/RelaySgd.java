package org.estafette.algorithm.peer.relay;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.jspecify.annotations.Nullable;

/**
 * RelaySGD, model form. With h_i = x_i − Δ_i after the local steps, worker i sends its neighbour j
 * h_i + Σ_{k≠j} m_{k→i}, the sum of all models on its side of the edge, with their number; x_i ←
 * (S_i + (n − Q_i)·f_i)/n, where S_i is the sum of all that it has, Q_i their number, and f_i the
 * {@link Fill}. All workers start from the same parameters.
 *
 * <p>With {@code keep} a &gt; 0 it is relaysum_mix: (1 − a)·x_i − Δ_i is relayed in place of h_i,
 * and x_i ← a·x_i + (S_i + (n − Q_i)·(1 − a)·f_i)/n.
 *
 * <p>On double trees there are two parts, each relayed on its own tree; of their averages the first
 * gives the even coordinates, the second the odd ones.
 *
 * <p>Asynchronous workers use the newest message of each edge: {@link Fill#HOLD}. Momentum is the
 * inner optimizer's.
 */
public final class RelaySgd implements PeerMethod {
  private final Fill fill;
  private final double keep;
  private final Relays[] trees;
  private final FlatVector half;
  private final FlatVector scratch;
  private final @Nullable FlatVector start;
  private long epoch = Long.MIN_VALUE;
  private int workers = 1;
  private double mass = 1;
  private double spread = Double.NaN;

  /**
   * For vectors of one form.
   *
   * @param keep a in [0, 1): how much of its own parameters a worker keeps out of the average; 0
   *     for RelaySGD itself
   * @param trees 1, or 2 for double trees
   */
  public RelaySgd(Fill fill, double keep, int trees, long length, Precision precision) {
    if (!(keep >= 0 && keep < 1)) {
      throw new IllegalArgumentException("keep=" + keep + " (expected in [0, 1))");
    }
    if (trees < 1 || trees > 2) {
      throw new IllegalArgumentException("trees=" + trees + " (expected 1, or 2 for double trees)");
    }
    this.fill = fill;
    this.keep = keep;
    this.trees = new Relays[trees];
    for (int part = 0; part < trees; part++) {
      this.trees[part] = new Relays();
    }
    this.half = precision.zeros(length);
    this.scratch = precision.zeros(length);
    this.start = fill == Fill.START ? precision.zeros(length) : null;
  }

  /** RelaySGD on one tree. */
  public RelaySgd(Fill fill, long length, Precision precision) {
    this(fill, 0, 1, length, precision);
  }

  @Override
  public void rewire(Neighbourhood around, long newEpoch) {
    if (newEpoch == epoch) {
      return;
    }
    if (trees.length != Math.max(1, around.partners().size())) {
      throw new IllegalArgumentException(
          "trees="
              + trees.length
              + " (expected "
              + Math.max(1, around.partners().size())
              + ", as the graph has)");
    }
    epoch = newEpoch;
    workers = around.workers();
    for (int part = 0; part < trees.length; part++) {
      trees[part].rewire(around.partners().isEmpty() ? around.from() : around.partners().get(part));
    }
  }

  @Override
  public int parts() {
    return trees.length;
  }

  @Override
  public boolean alike() {
    return false;
  }

  @Override
  public boolean conflatable() {
    return true;
  }

  @Override
  public boolean takesLate() {
    return fill == Fill.HOLD;
  }

  @Override
  public void begin(FlatVector x) {
    if (start != null) {
      start.copyFrom(x);
    }
    half.copyFrom(x);
    half.scale(1 - keep);
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    Relays any = trees[0];
    any.clearOperands();
    any.operand(x, 1 - keep);
    any.operand(delta, -1);
    any.sumInto(half);
    for (Relays tree : trees) {
      tree.touched();
    }
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    return trees[part].others(half, to, into);
  }

  @Override
  public void receive(PeerId from, int part, double count, Lease values) {
    trees[part].replace(from, count, values);
  }

  @Override
  public boolean average(FlatVector x) {
    for (Relays tree : trees) {
      deleteLost(tree);
    }
    spread = measureSpread();
    if (trees.length == 1) {
      mass = average(trees[0], x, x);
    } else {
      // The odd coordinates first: x itself is an operand of both.
      mass = average(trees[1], x, scratch);
      mass = Math.min(mass, average(trees[0], x, x));
      for (long c = 1; c < x.length(); c += 2) {
        x.set(c, scratch.get(c));
      }
    }
    return false;
  }

  /** But for HOLD a message that did not come is gone, for the average and for the relay. */
  private void deleteLost(Relays tree) {
    if (fill == Fill.HOLD) {
      return;
    }
    for (List<Relays.Entry> edge : tree.edges()) {
      if (!edge.isEmpty() && !edge.getFirst().fresh) {
        tree.drop(edge, 0);
      }
    }
  }

  /** Returns Q. */
  private double average(Relays tree, FlatVector x, FlatVector into) {
    double heard = 0;
    for (List<Relays.Entry> edge : tree.edges()) {
      for (Relays.Entry e : edge) {
        heard += e.count;
      }
    }
    double count = 1 + heard;
    double each = rounded(1 / (fill == Fill.COUNT ? count : workers));
    double missing = fill == Fill.START || fill == Fill.PREVIOUS ? workers - count : 0;
    // The own half step takes what is left of 1, roundings among it: float32 weights that do not
    // add up to 1 would shrink or blow up the parameters round by round.
    double own = 1 - each * (heard + missing);
    tree.clearOperands();
    tree.operand(half, own);
    for (List<Relays.Entry> edge : tree.edges()) {
      for (Relays.Entry e : edge) {
        tree.operand(e.vector(), each);
        e.fresh = false;
      }
    }
    double fromStart = start == null ? 0 : each * missing * (1 - keep);
    double fromX = keep + (fill == Fill.PREVIOUS ? each * missing * (1 - keep) : 0);
    if (start != null && fromStart != 0) {
      tree.operand(start, fromStart);
    }
    if (fromX != 0) {
      tree.operand(x, fromX);
    }
    tree.sumInto(into);
    return count;
  }

  private double rounded(double weight) {
    return half.precision() == Precision.FLOAT32 ? (float) weight : weight;
  }

  /** Between the own half step and the mean of the models behind each edge that was heard. */
  private double measureSpread() {
    double sum = 0;
    int heard = 0;
    for (Relays tree : trees) {
      for (List<Relays.Entry> edge : tree.edges()) {
        for (Relays.Entry e : edge) {
          if (e.fresh && e.count > 0) {
            tree.clearOperands();
            tree.operand(e.vector(), 1 / e.count);
            tree.operand(half, -1);
            tree.sumInto(scratch);
            sum += scratch.squaredNorm();
            heard++;
          }
        }
      }
    }
    return heard == 0 ? Double.NaN : Math.sqrt(sum / heard);
  }

  @Override
  public double mass() {
    return mass;
  }

  @Override
  public double spread() {
    return spread;
  }

  @Override
  public List<Named> state() {
    List<Named> named = new ArrayList<>();
    if (start != null) {
      named.add(new Named("start", start));
    }
    for (int part = 0; part < trees.length; part++) {
      List<PeerId> neighbours = trees[part].neighbours();
      for (int k = 0; k < neighbours.size(); k++) {
        for (Relays.Entry e : trees[part].edges().get(k)) {
          named.add(
              new Named("held." + part + "." + neighbours.get(k).slot(), e.vector(), e.count));
        }
      }
    }
    return named;
  }

  @Override
  public void restore(List<Named> saved) {
    if (start != null) {
      start.copyFrom(
          saved.stream()
              .filter(s -> s.name().equals("start"))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "the saved state has no vector start (expected one for fill=start)"))
              .vector());
    }
    for (int part = 0; part < trees.length; part++) {
      for (PeerId neighbour : trees[part].neighbours()) {
        String name = "held." + part + "." + neighbour.slot();
        for (Named s : saved) {
          if (s.name().equals(name)) {
            FlatVector own = half.precision().zeros(half.length());
            own.copyFrom(s.vector());
            trees[part].replace(neighbour, s.number(), Lease.unpooled(own));
            trees[part].edges().forEach(edge -> edge.forEach(e -> e.fresh = false));
          }
        }
      }
    }
  }

  @Override
  public void close() {
    for (Relays tree : trees) {
      tree.close();
    }
  }
}
