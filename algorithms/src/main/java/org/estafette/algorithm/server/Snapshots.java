package org.estafette.algorithm.server;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Copies of the parameters that are on their way to workers. Workers that pull the same version
 * share one copy. Where pushes are compensated for delay, each worker's copy is kept until its
 * push.
 */
final class Snapshots {
  private static final String PREFIX = "pulled-";

  private record Kept(long version, Lease lease) {}

  private final FlatVector parameters;
  private final boolean keep;
  private final Map<PeerId, Kept> pulled = new HashMap<>();
  private @Nullable Kept newest;

  Snapshots(FlatVector parameters, boolean keep) {
    this.parameters = parameters;
    this.keep = keep;
  }

  /** A lease on the parameters of this version, for {@code worker}. */
  Lease at(long version, PeerId worker, Effects effects) {
    Kept current = newest;
    if (current == null || current.version() != version) {
      if (current != null) {
        newest = null; // Taking the next lease may fail: this one must not be closed twice then.
        current.lease().close();
      }
      Lease lease = effects.lease();
      lease.vector().copyFrom(parameters);
      current = new Kept(version, lease);
      newest = current;
    }
    if (keep) {
      forget(worker);
      pulled.put(worker, new Kept(version, current.lease().retain()));
    }
    return current.lease().retain();
  }

  /** Adds λ·Δ⊙Δ⊙(x_now − x_pulled) to the push. */
  void compensate(PseudoGradient push, double lambda, FlatVector now) {
    Kept start = pulled.get(push.header().sender());
    if (start != null && start.version() == push.header().version()) {
      push.delta().vector().delayCompensate(lambda, now, start.lease().vector());
    }
  }

  /** What is kept for later pushes, by {@code pulled-SLOT@VERSION}; live views. */
  SequencedMap<String, FlatVector> kept() {
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    pulled.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e ->
            vectors.put(
                PREFIX + e.getKey().slot() + "@" + e.getValue().version(),
                e.getValue().lease().vector()));
    return vectors;
  }

  /** Takes up what {@link #kept} gave; vectors of other names are none of this. */
  void restore(Map<String, FlatVector> vectors) {
    clear();
    vectors.forEach((name, vector) -> {
      if (keep && isKept(name)) {
        int at = name.indexOf('@');
        FlatVector copy = vector.precision().zeros(vector.length());
        copy.copyFrom(vector);
        pulled.put(
            PeerId.worker(Integer.parseInt(name.substring(PREFIX.length(), at))),
            new Kept(Long.parseLong(name.substring(at + 1)), Lease.unpooled(copy)));
      }
    });
  }

  static boolean isKept(String name) {
    return name.startsWith(PREFIX);
  }

  void forget(PeerId worker) {
    Kept old = pulled.remove(worker);
    if (old != null) {
      old.lease().close();
    }
  }

  void clear() {
    pulled.values().forEach(k -> k.lease().close());
    pulled.clear();
    if (newest != null) {
      newest.lease().close();
      newest = null;
    }
  }
}
