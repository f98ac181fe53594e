package org.estafette.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.simulation.Wiring;

/**
 * A gossip method over two graphs at once, the even coordinates over one and the odd ones over the
 * other: two methods of whole vectors, of each of which half the coordinates count.
 */
final class Halves implements PeerMethod {
  private final PeerMethod even;
  private final PeerMethod odd;
  private final Neighbourhood aroundEven;
  private final Neighbourhood aroundOdd;
  private final Float64Vector x;
  private final Float64Vector xOdd;
  private final Float64Vector delta;

  private Halves(
      PeerMethod even, PeerMethod odd, Neighbourhood aroundEven, Neighbourhood aroundOdd) {
    this.even = even;
    this.odd = odd;
    this.aroundEven = aroundEven;
    this.aroundOdd = aroundOdd;
    long length = SweepMethods.length(10);
    this.x = Float64Vector.zeros(length);
    this.xOdd = Float64Vector.zeros(length);
    this.delta = Float64Vector.zeros(length);
  }

  static List<PeerMethod> of(List<PeerMethod> even, List<PeerMethod> odd, Wiring a, Wiring b) {
    List<PeerMethod> all = new ArrayList<>();
    for (int i = 0; i < even.size(); i++) {
      all.add(new Halves(even.get(i), odd.get(i), a.around(i, 0), b.around(i, 0)));
    }
    return all;
  }

  /** Both graphs over each other; weights stay with the methods. */
  static Wiring wiring(Wiring a, Wiring b) {
    List<Neighbourhood> places = new ArrayList<>();
    for (int i = 0; i < a.workers(); i++) {
      SortedSet<PeerId> all = new TreeSet<>(a.around(i, 0).to());
      all.addAll(b.around(i, 0).to());
      List<PeerId> both = List.copyOf(all);
      List<Double> none = java.util.Collections.nCopies(both.size(), 0.0);
      places.add(new Neighbourhood(PeerId.worker(i), a.workers(), both, both, 1, none, none));
    }
    return Wiring.of(places);
  }

  @Override
  public void rewire(Neighbourhood around, long epoch) {
    even.rewire(aroundEven, epoch);
    odd.rewire(aroundOdd, epoch);
  }

  @Override
  public void begin(FlatVector start) {
    x.copyFrom(start);
    xOdd.copyFrom(start);
    even.begin(x);
    odd.begin(xOdd);
  }

  @Override
  public int parts() {
    return even.parts() + odd.parts();
  }

  private boolean isEven(int part) {
    return part < even.parts();
  }

  private boolean carries(PeerId neighbour, int part) {
    return (isEven(part) ? aroundEven : aroundOdd).from().contains(neighbour);
  }

  @Override
  public boolean alike() {
    return false;
  }

  @Override
  public boolean conflatable() {
    return even.conflatable();
  }

  @Override
  public List<FlatVector> moments() {
    List<FlatVector> a = even.moments();
    List<FlatVector> b = odd.moments();
    for (int m = 0; m < a.size(); m++) {
      join(a.get(m), b.get(m));
    }
    return a;
  }

  /** Puts the odd coordinates of the second into the first, which counts for the even ones only. */
  private static void join(FlatVector into, FlatVector odds) {
    for (long k = 1; k < into.length(); k += 2) {
      into.set(k, odds.get(k));
    }
  }

  @Override
  public void trained(FlatVector at, FlatVector step, double rate) {
    delta.copyFrom(step);
    even.trained(at, step, rate);
    odd.trained(at, delta, rate);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    if (!carries(to, part)) {
      return 0;
    }
    return isEven(part) ? even.compose(to, part, into) : odd.compose(to, part - even.parts(), into);
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    if (!carries(from, part)) {
      values.close();
    } else if (isEven(part)) {
      even.receive(from, part, mass, values);
    } else {
      odd.receive(from, part - even.parts(), mass, values);
    }
  }

  @Override
  public boolean average(FlatVector into) {
    x.copyFrom(into);
    xOdd.copyFrom(into);
    boolean more = even.average(x) | odd.average(xOdd);
    into.copyFrom(x);
    join(into, xOdd);
    return more;
  }

  @Override
  public double spread() {
    return Math.max(even.spread(), odd.spread());
  }

  @Override
  public void close() {
    even.close();
    odd.close();
  }
}
