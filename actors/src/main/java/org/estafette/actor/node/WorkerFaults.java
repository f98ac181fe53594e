package org.estafette.actor.node;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.estafette.actor.config.FaultText;
import org.estafette.actor.fault.NodeWeather;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.Fault;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * A worker's share in the run's faults: its steps take longer or stand still, its pseudo-gradients
 * are spoiled, it dies. The actor hands on what it is told; the training thread asks.
 */
final class WorkerFaults implements StepFaults {
  private static final long LONGEST_PARK = TimeUnit.MILLISECONDS.toNanos(50);

  private final @Nullable NodeWeather weather;
  private final TensorPort port;
  private volatile @Nullable PeerId self;

  /** Ends a worker's actor as a crash would; its place starts another one. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final double downtime;

    Killed(String message, double downtime) {
      super(message, null, false, false); // Where it was thrown says nothing.
      this.downtime = downtime;
    }

    /** Seconds until the replacement comes; infinite for none. */
    double downtime() {
      return downtime;
    }
  }

  WorkerFaults(TensorPort port) {
    this.weather = port.weather();
    this.port = port;
  }

  /** The worker has this place from now on. */
  void self(PeerId id) {
    self = id;
  }

  /**
   * A fault that concerns this worker or its node.
   *
   * @param again is told when to call {@link #report}
   */
  void on(WorkerMessage.Mishap m, BiConsumer<WorkerMessage, Duration> again) {
    NodeWeather w = weather;
    if (w == null) {
      return; // The run is not one to which this may happen, as this node was told.
    }
    Fault fault = FaultText.parse(m.fault());
    switch (fault) {
      case Fault.KillDriver k -> port.killDriver();
      default -> {
        w.begin(m.id(), fault, m.left(), m.seed());
        again.accept(
            new WorkerMessage.FaultOver(m.id()), Duration.ofNanos((long) (m.left() * 1e9)));
      }
    }
  }

  /** How often a fault has struck at this node, as far as nobody else has reported it. */
  long report(WorkerMessage.FaultOver m) {
    return weather == null ? 0 : weather.met(m.id());
  }

  /** Seconds for which this worker does nothing yet. */
  double frozenFor() {
    NodeWeather w = weather;
    PeerId me = self;
    return w == null || me == null ? 0 : w.frozenFor(me);
  }

  /** Whether a control message gets there: those of participants who are cut off do not. */
  boolean passes(PeerId to) {
    NodeWeather w = weather;
    PeerId me = self;
    return w == null || me == null || !w.cut(me, to);
  }

  @Override
  public void afterStep(long nanos, BooleanSupplier over) {
    NodeWeather w = weather;
    PeerId me = self;
    if (w == null || me == null) {
      return;
    }
    double slowness = w.slowness(me);
    if (slowness > 1) {
      long until = System.nanoTime() + (long) (nanos * (slowness - 1));
      while (!over.getAsBoolean() && System.nanoTime() - until < 0) {
        LockSupport.parkNanos(Math.min(LONGEST_PARK, until - System.nanoTime()));
      }
    }
    while (!over.getAsBoolean() && w.frozenFor(me) > 0) {
      LockSupport.parkNanos(LONGEST_PARK);
    }
  }

  /** Spoils a pseudo-gradient that is about to be sent, where the worker is to be poisonous. */
  void spoil(FlatVector delta) {
    NodeWeather w = weather;
    PeerId me = self;
    if (w != null && me != null) {
      w.venoms(me).forEach(venom -> venom.spoil(delta));
    }
  }
}
