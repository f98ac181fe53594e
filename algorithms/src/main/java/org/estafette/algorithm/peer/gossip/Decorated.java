package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/** A method around another one: all is handed on but for what a subclass adds. */
abstract class Decorated implements PeerMethod {
  final PeerMethod inner;

  Decorated(PeerMethod inner) {
    this.inner = inner;
  }

  @Override
  public void rewire(Neighbourhood around, long epoch) {
    inner.rewire(around, epoch);
  }

  @Override
  public int parts() {
    return inner.parts();
  }

  @Override
  public boolean exchangesWith(PeerId neighbour) {
    return inner.exchangesWith(neighbour);
  }

  @Override
  public boolean greets() {
    return inner.greets();
  }

  @Override
  public boolean takesLate() {
    return inner.takesLate();
  }

  @Override
  public void begin(FlatVector x) {
    inner.begin(x);
  }

  @Override
  public boolean alike() {
    return inner.alike();
  }

  @Override
  public boolean conflatable() {
    return inner.conflatable();
  }

  @Override
  public List<FlatVector> moments() {
    return inner.moments();
  }

  @Override
  public FlatVector trainingPoint(FlatVector x) {
    return inner.trainingPoint(x);
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    inner.trained(x, delta, rate);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    return inner.compose(to, part, into);
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    inner.receive(from, part, mass, values);
  }

  @Override
  public boolean average(FlatVector x) {
    return inner.average(x);
  }

  @Override
  public double mass() {
    return inner.mass();
  }

  @Override
  public double spread() {
    return inner.spread();
  }

  @Override
  public List<Named> state() {
    return inner.state();
  }

  /** The inner method's state and {@code more}. */
  final List<Named> stateWith(Named... more) {
    List<Named> all = new ArrayList<>(inner.state());
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  @Override
  public void restore(List<Named> saved) {
    PeerMethod.super.restore(saved);
    inner.restore(saved);
  }

  @Override
  public void close() {
    inner.close();
  }
}
