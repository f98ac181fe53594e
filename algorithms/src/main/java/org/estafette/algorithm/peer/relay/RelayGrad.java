package org.estafette.algorithm.peer.relay;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/**
 * RelaySGD/Grad: pseudo-gradients are relayed instead of models. Worker i sends its neighbour j Δ_i
 * + Σ_{k≠j} of what came since the last time; x_i ← x_i − (Δ_i + Σ_k received)/n. Where all
 * learning rates are equal, Δ is η·s and this is the paper's form; where they are not, every
 * gradient counts with the rate of the worker that took it.
 *
 * <p>Each message counts exactly once. Nothing pulls the workers together: a lost message, and a
 * repair of the tree, leave them apart for good, and it is stable only for η ≲ 1/τ_max.
 */
public final class RelayGrad implements PeerMethod {
  private final Relays tree = new Relays();
  private final FlatVector delta;
  private long epoch = Long.MIN_VALUE;
  private int workers = 1;
  private double mass = 1;
  private boolean composed;

  /** For vectors of one form. */
  public RelayGrad(long length, Precision precision) {
    this.delta = precision.zeros(length);
  }

  @Override
  public void rewire(Neighbourhood around, long newEpoch) {
    if (newEpoch == epoch) {
      return;
    }
    if (!around.partners().isEmpty()) {
      throw new IllegalArgumentException(
          "trees=" + around.partners().size() + " (expected 1 for relayed gradients)");
    }
    epoch = newEpoch;
    workers = around.workers();
    composed = false;
    tree.rewire(around.from());
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
  public void trained(FlatVector x, FlatVector newDelta, double rate) {
    sweep();
    delta.copyFrom(newDelta);
    tree.touched();
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    composed = true;
    return tree.others(delta, to, into);
  }

  @Override
  public void receive(PeerId from, int part, double count, Lease values) {
    sweep();
    tree.add(from, count, values);
  }

  /** What was passed on is passed on to all; what was applied as well is done with. */
  private void sweep() {
    if (!composed) {
      return;
    }
    composed = false;
    for (List<Relays.Entry> edge : tree.edges()) {
      for (int i = edge.size() - 1; i >= 0; i--) {
        edge.get(i).relayed = true;
        if (edge.get(i).applied) {
          tree.drop(edge, i);
        }
      }
    }
  }

  @Override
  public boolean average(FlatVector x) {
    sweep();
    tree.clearOperands();
    tree.operand(x, 1);
    tree.operand(delta, -1.0 / workers);
    mass = 1;
    for (List<Relays.Entry> edge : tree.edges()) {
      for (Relays.Entry e : edge) {
        if (!e.applied) {
          tree.operand(e.vector(), -1.0 / workers);
          mass += e.count;
          e.applied = true;
        }
      }
    }
    tree.sumInto(x);
    return false;
  }

  @Override
  public double mass() {
    return mass;
  }

  /** Gradients tell nothing of how far the neighbours are. */
  @Override
  public double spread() {
    return Double.NaN;
  }

  @Override
  public List<Named> state() {
    List<Named> named = new ArrayList<>();
    for (int k = 0; k < tree.neighbours().size(); k++) {
      for (Relays.Entry e : tree.edges().get(k)) {
        if (!e.relayed && !composed) {
          String name = "relay." + tree.neighbours().get(k).slot() + "." + named.size();
          named.add(new Named(name, e.vector(), e.count));
        }
      }
    }
    return named;
  }

  @Override
  public void restore(List<Named> saved) {
    for (Named s : saved) {
      String[] name = s.name().split("\\.", -1);
      if (name.length != 3 || !name[0].equals("relay")) {
        throw new IllegalArgumentException(
            "saved vector "
                + s.name()
                + " (expected relay.SLOT.NUMBER): resume with the method that the run began with");
      }
      FlatVector own = delta.precision().zeros(delta.length());
      own.copyFrom(s.vector());
      tree.add(PeerId.worker(Integer.parseInt(name[1])), s.number(), Lease.unpooled(own));
    }
    // At rest all that is there was applied; it is still to be passed on.
    tree.edges().forEach(edge -> edge.forEach(e -> e.applied = true));
  }

  @Override
  public void close() {
    tree.close();
  }
}
