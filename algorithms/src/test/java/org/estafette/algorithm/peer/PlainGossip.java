package org.estafette.algorithm.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;

/** x ← W h in a given number of exchanges; who was not heard is replaced by itself. */
final class PlainGossip implements PeerMethod {
  private final int exchanges;
  private final FlatVector half;
  private final Map<PeerId, Lease> heard = new TreeMap<>();
  private Neighbourhood around;
  private int exchange;

  PlainGossip(int exchanges, int dimension) {
    this.exchanges = exchanges;
    this.half = Float64Vector.zeros(dimension);
  }

  @Override
  public void rewire(Neighbourhood now, long epoch) {
    around = now;
  }

  @Override
  public boolean alike() {
    return true;
  }

  @Override
  public boolean conflatable() {
    return true;
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    half.difference(x, delta);
    exchange = 0;
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    into.copyFrom(half);
    return 1;
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    Lease old = heard.put(from, values);
    if (old != null) {
      old.close();
    }
  }

  @Override
  public boolean average(FlatVector x) {
    List<FlatVector> xs = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    double own = around.selfWeight();
    for (int k = 0; k < around.from().size(); k++) {
      Lease lease = heard.get(around.from().get(k));
      if (lease == null) {
        own += around.fromWeights().get(k);
      } else {
        xs.add(lease.vector());
        weights.add(around.fromWeights().get(k));
      }
    }
    xs.add(half);
    weights.add(own);
    x.weightedSum(
        xs.toArray(FlatVector[]::new),
        weights.stream().mapToDouble(Double::doubleValue).toArray(),
        xs.size());
    half.copyFrom(x);
    close();
    return ++exchange < exchanges;
  }

  @Override
  public double spread() {
    return Double.NaN;
  }

  @Override
  public void close() {
    heard.values().forEach(Lease::close);
    heard.clear();
  }
}
