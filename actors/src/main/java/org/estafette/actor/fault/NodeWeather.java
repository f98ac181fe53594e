package org.estafette.actor.fault;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultKind;
import org.estafette.fault.Weather;
import org.jspecify.annotations.Nullable;

/**
 * The run's faults as far as they concern one node: the {@link Weather} of what leaves it, by its
 * own clock, and who of its participants is frozen. Thread-safe.
 */
public final class NodeWeather {
  private final long node;
  private final DoubleSupplier clock;
  private final Set<Long> known = new HashSet<>();
  private final Map<Long, Long> met = new HashMap<>();
  private final Map<PeerId, Double> frozen = new HashMap<>();
  private @Nullable Weather weather;

  /**
   * Clear weather.
   *
   * @param node tells nodes apart: each draws its own chances from a plan's seed
   */
  public NodeWeather(String node) {
    this(node, () -> System.nanoTime() / 1e9);
  }

  NodeWeather(String node, DoubleSupplier clock) {
    this.node = node.hashCode();
    this.clock = clock;
  }

  /**
   * A fault begins, or has begun already and goes on.
   *
   * @param id its number in the run; one that is known already changes nothing
   * @param left seconds that are left of it
   * @param seed of its plan; the first one's decides
   * @return whether it was new
   */
  public synchronized boolean begin(long id, Fault fault, double left, long seed) {
    if (!known.add(id)) {
      return false;
    }
    double now = clock.getAsDouble();
    if (fault instanceof Fault.Freeze f) {
      frozen.merge(f.who(), now + left, Math::max);
      return true;
    }
    if (weather == null) {
      weather = new Weather(CounterRandom.key(seed, node));
    }
    weather.begin(now - (FaultKind.seconds(fault) - left), id, fault);
    return true;
  }

  /** What becomes of the next message of this pair. */
  public synchronized Weather.Fate fate(PeerId from, PeerId to) {
    return weather == null ? Weather.CLEAR : weather.fate(clock.getAsDouble(), from, to);
  }

  /** Whether the pair is cut off from each other, in this direction. */
  public synchronized boolean cut(PeerId from, PeerId to) {
    return weather != null && weather.cut(clock.getAsDouble(), from, to);
  }

  /** How many times as long a worker's steps take. */
  public synchronized double slowness(PeerId who) {
    return weather == null ? 1 : weather.slowness(clock.getAsDouble(), who);
  }

  /** What spoils a worker's pseudo-gradients now. */
  public synchronized List<Fault.Venom> venoms(PeerId who) {
    return weather == null ? List.of() : weather.venoms(clock.getAsDouble(), who);
  }

  /** Whether a write to this node's disk is refused. */
  public synchronized boolean diskFull() {
    return weather != null && weather.diskFull(clock.getAsDouble());
  }

  /** Whether a stream that would be opened here finds no room in shared memory. */
  public synchronized boolean sharedMemoryFull() {
    return weather != null && weather.sharedMemoryFull(clock.getAsDouble());
  }

  /** Seconds for which a participant does nothing yet; 0 where it is not frozen. */
  public synchronized double frozenFor(PeerId who) {
    Double until = frozen.get(who);
    return until == null ? 0 : Math.max(0, until - clock.getAsDouble());
  }

  /** How often a fault has struck here since this was asked last. */
  public synchronized long met(long id) {
    Weather w = weather;
    if (w == null) {
      return 0;
    }
    w.over(clock.getAsDouble()).forEach(o -> met.merge(o.id(), o.met(), Long::sum));
    Long past = met.remove(id);
    return w.met(id) + (past == null ? 0 : past);
  }
}
