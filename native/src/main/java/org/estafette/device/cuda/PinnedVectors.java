package org.estafette.device.cuda;

import java.util.ArrayList;
import java.util.List;
import org.estafette.memory.Float32Vector;

/**
 * Vectors of the host that the GPU copies directly. Pinning a large vector takes longer than
 * copying it once, so that one is pinned when it is seen a second time: the exchange of updates
 * leases the same few vectors again and again. Pinned vectors are kept reachable until they are
 * unpinned.
 */
final class PinnedVectors {
  private static final int MOST = 8;
  private static final long WORTH_IT = 1L << 20;

  private final CudaDriver driver;
  private final List<Float32Vector> pinned = new ArrayList<>();
  private final List<Float32Vector> seen = new ArrayList<>();
  private boolean refused;

  PinnedVectors(CudaDriver driver) {
    this.driver = driver;
  }

  /**
   * Whether the vector is pinned now.
   *
   * @param atOnce whether to pin it at first sight
   */
  synchronized boolean pin(Float32Vector vector, boolean atOnce) {
    if (move(pinned, vector)) {
      return true;
    }
    if (refused || (vector.segment().byteSize() < WORTH_IT && !atOnce)) {
      return false;
    }
    if (!atOnce && !move(seen, vector)) {
      seen.add(vector);
      if (seen.size() > MOST) {
        seen.removeFirst();
      }
      return false;
    }
    if (pinned.size() == MOST) {
      driver.unregisterHost(pinned.removeFirst().address());
    }
    try {
      driver.registerHost(vector.address(), vector.segment().byteSize());
    } catch (CudaException e) {
      refused = true; // A limit on locked memory: copies take the way through staging.
      return false;
    }
    seen.removeIf(v -> v == vector);
    pinned.add(vector);
    return true;
  }

  /** To the end of the list, where it is in it. */
  private static boolean move(List<Float32Vector> list, Float32Vector vector) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) == vector) {
        list.add(list.remove(i));
        return true;
      }
    }
    return false;
  }

  synchronized void close() {
    pinned.forEach(v -> driver.unregisterHost(v.address()));
    pinned.clear();
    seen.clear();
  }
}
