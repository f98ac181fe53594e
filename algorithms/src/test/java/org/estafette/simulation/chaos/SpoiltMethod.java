package org.estafette.simulation.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/** Methods without a server that are wrong on purpose. */
abstract class SpoiltMethod implements PeerMethod {
  final PeerMethod good;

  SpoiltMethod(PeerMethod good) {
    this.good = good;
  }

  @Override
  public void rewire(Neighbourhood around, long epoch) {
    good.rewire(around, epoch);
  }

  @Override
  public int parts() {
    return good.parts();
  }

  @Override
  public boolean greets() {
    return good.greets();
  }

  @Override
  public boolean takesLate() {
    return good.takesLate();
  }

  @Override
  public void begin(FlatVector x) {
    good.begin(x);
  }

  @Override
  public boolean exchangesWith(PeerId neighbour) {
    return good.exchangesWith(neighbour);
  }

  @Override
  public boolean alike() {
    return good.alike();
  }

  @Override
  public boolean conflatable() {
    return good.conflatable();
  }

  @Override
  public List<FlatVector> moments() {
    return good.moments();
  }

  @Override
  public FlatVector trainingPoint(FlatVector x) {
    return good.trainingPoint(x);
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    good.trained(x, delta, rate);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    return good.compose(to, part, into);
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    good.receive(from, part, mass, values);
  }

  @Override
  public boolean average(FlatVector x) {
    return good.average(x);
  }

  @Override
  public double mass() {
    return good.mass();
  }

  @Override
  public double spread() {
    return good.spread();
  }

  @Override
  public void close() {
    good.close();
  }

  /** Sends back to a neighbour, beside the sum of the others, what came from it. */
  static final class Echoing extends SpoiltMethod {
    private final Map<PeerId, FlatVector> last = new HashMap<>();
    private final Map<PeerId, Double> counts = new HashMap<>();

    Echoing(PeerMethod good) {
      super(good);
    }

    @Override
    public void receive(PeerId from, int part, double mass, Lease values) {
      FlatVector copy = values.vector().precision().zeros(values.vector().length());
      copy.copyFrom(values.vector());
      last.put(from, copy);
      counts.put(from, mass);
      super.receive(from, part, mass, values);
    }

    @Override
    public double compose(PeerId to, int part, FlatVector into) {
      double mass = super.compose(to, part, into);
      FlatVector echo = last.get(to);
      if (echo == null) {
        return mass;
      }
      into.axpy(1, echo);
      return mass + counts.get(to);
    }
  }

  /** Sends a little more than its share; what it says of the mass is right. */
  static final class Padding extends SpoiltMethod {
    private final int part;

    Padding(PeerMethod good, int part) {
      super(good);
      this.part = part;
    }

    @Override
    public double compose(PeerId to, int which, FlatVector into) {
      double mass = super.compose(to, which, into);
      if (which == part) {
        into.set(0, into.get(0) + 1e-3);
      }
      return mass;
    }
  }

  /** Takes what comes in twice. */
  static final class Doubling extends SpoiltMethod {
    Doubling(PeerMethod good) {
      super(good);
    }

    @Override
    public void receive(PeerId from, int part, double mass, Lease values) {
      values.retain();
      super.receive(from, part, mass, values);
      super.receive(from, part, mass, values);
    }
  }

  /** Throws away a hundredth of what comes in. */
  static final class Leaking extends SpoiltMethod {
    Leaking(PeerMethod good) {
      super(good);
    }

    @Override
    public void receive(PeerId from, int part, double mass, Lease values) {
      super.receive(from, part, 0.99 * mass, values);
    }
  }

  /** Its parameters drift a little in each average. */
  static final class Drifting extends SpoiltMethod {
    Drifting(PeerMethod good) {
      super(good);
    }

    @Override
    public boolean average(FlatVector x) {
      boolean more = super.average(x);
      x.set(0, x.get(0) + 1e-4);
      return more;
    }
  }
}
