package org.estafette.history.peer;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.history.Digest;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/** A method that is watched: does what the other does, and writes down what goes in and out. */
final class Witness implements PeerMethod {
  private final PeerMethod inner;
  private final Self self;
  private final PeerHistory history;

  Witness(PeerMethod inner, Self self, PeerHistory history) {
    this.inner = inner;
    this.self = self;
    this.history = history;
  }

  @Override
  public void rewire(Neighbourhood around, long epoch) {
    history.write(at -> new PeerFact.Wired(at, self, epoch, around));
    inner.rewire(around, epoch);
  }

  @Override
  public int parts() {
    return inner.parts();
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
    FlatVector copy = PeerHistory.copy(x);
    history.write(at -> new PeerFact.Began(at, self, copy));
    inner.begin(x);
  }

  @Override
  public boolean exchangesWith(PeerId neighbour) {
    return inner.exchangesWith(neighbour);
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
    FlatVector before = PeerHistory.copy(x);
    FlatVector step = PeerHistory.copy(delta);
    history.write(at -> new PeerFact.Trained(at, self, before, step, rate));
    inner.trained(x, delta, rate);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    return inner.compose(to, part, into); // What is sent is written down when it is.
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    long digest = Digest.of(values.vector());
    history.write(at -> new PeerFact.Taken(at, self, from, part, mass, digest));
    inner.receive(from, part, mass, values);
  }

  @Override
  public boolean average(FlatVector x) {
    boolean more = inner.average(x);
    FlatVector copy = PeerHistory.copy(x);
    history.write(at -> new PeerFact.Averaged(at, self, copy, inner.mass(), more));
    return more;
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

  @Override
  public void restore(List<Named> saved) {
    inner.restore(saved);
  }

  @Override
  public void close() {
    inner.close();
  }
}
