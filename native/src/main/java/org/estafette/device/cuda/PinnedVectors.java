package org.estafette.device.cuda;

import java.util.ArrayList;
import java.util.List;
import org.estafette.memory.Float32Vector;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of the host that the GPUs copy directly. Pinning a large vector takes longer than copying
 * it once, so that one is pinned when it is seen a second time: the exchange of updates leases the
 * same few vectors again and again. Pinned vectors are kept reachable until they are unpinned, and
 * none is unpinned while it is being copied.
 *
 * <p>All GPUs share them: what one has pinned is pinned for each, and cannot be pinned again.
 */
final class PinnedVectors {
  /** Vectors of each GPU that stay pinned while nothing copies them. */
  private static final int MOST = 8;

  private static final long WORTH_IT = 1L << 20;
  private static final int ALREADY_REGISTERED = 712;

  private final CudaDriver driver;

  /** The one that was used last at the end. */
  private final List<Pinned> pinned = new ArrayList<>();

  private final List<Float32Vector> seen = new ArrayList<>();
  private boolean refused;
  private int gpus;

  private static final class Pinned {
    final Float32Vector vector;
    final Gpu by;
    int copies;

    /** Its GPU was closed while a copy was under way. */
    boolean orphaned;

    Pinned(Float32Vector vector, Gpu by) {
      this.vector = vector;
      this.by = by;
    }
  }

  PinnedVectors(CudaDriver driver) {
    this.driver = driver;
  }

  /** One more GPU uses them. */
  synchronized void open() {
    gpus++;
  }

  private int most() {
    return MOST * Math.max(1, gpus);
  }

  /**
   * Whether the vector is pinned now, and stays so until {@link #copied}.
   *
   * @param gpu whose context is current
   * @param atOnce whether to pin it at first sight
   */
  synchronized boolean pin(Gpu gpu, Float32Vector vector, boolean atOnce) {
    Pinned known = find(vector);
    if (known == null) {
      if (refused || (!atOnce && !worthIt(vector))) {
        return false;
      }
      known = register(gpu, vector);
      if (known == null) {
        return false;
      }
    }
    pinned.remove(known);
    pinned.add(known);
    known.copies++;
    return true;
  }

  /** A copy that {@link #pin} allowed is over. */
  synchronized void copied(Gpu gpu, Float32Vector vector) {
    Pinned p = find(vector);
    if (p != null) {
      p.copies--;
      if (p.orphaned && p.copies == 0) {
        pinned.remove(p);
        unpin(p);
      }
      shrink(gpu);
    }
  }

  private @Nullable Pinned find(Float32Vector vector) {
    for (Pinned p : pinned) {
      if (p.vector == vector) {
        return p;
      }
    }
    return null;
  }

  /** Whether it is large, and was seen before. */
  private boolean worthIt(Float32Vector vector) {
    if (vector.segment().byteSize() < WORTH_IT) {
      return false;
    }
    boolean again = seen.removeIf(v -> v == vector);
    if (!again) {
      seen.add(vector);
      if (seen.size() > most()) {
        seen.removeFirst();
      }
    }
    return again;
  }

  private @Nullable Pinned register(Gpu gpu, Float32Vector vector) {
    try {
      driver.registerHost(vector.address(), vector.segment().byteSize());
    } catch (CudaException e) {
      // A page that it shares with a pinned vector refuses this one; anything else is a limit on
      // locked memory, which will refuse others too. Copies take the way through staging.
      refused = e.code() != ALREADY_REGISTERED;
      return null;
    }
    return new Pinned(vector, gpu);
  }

  /** Unpins what was used longest ago and is not being copied. */
  private void shrink(Gpu gpu) {
    for (int i = 0; i < pinned.size() && pinned.size() > most(); ) {
      if (pinned.get(i).copies == 0) {
        unpin(pinned.remove(i));
      } else {
        i++;
      }
    }
    gpu.makeCurrent();
  }

  private void unpin(Pinned p) {
    p.by.makeCurrent();
    driver.unregisterHost(p.vector.address());
  }

  /** Unpins what a GPU has pinned, as soon as no other one copies it. */
  synchronized void close(Gpu gpu) {
    gpus--;
    for (Pinned p : List.copyOf(pinned)) {
      if (p.by == gpu && p.copies > 0) {
        p.orphaned = true;
      } else if (p.by == gpu) {
        pinned.remove(p);
        unpin(p);
      }
    }
    if (gpus == 0) {
      seen.clear();
    }
  }
}
