package org.estafette.algorithm;

import java.util.Optional;

/**
 * Who takes part in a run: the server, or a worker by its slot. A replacement takes its
 * predecessor's slot with a higher incarnation.
 *
 * @param slot worker slot 0, 1, …; −1 is the server
 */
public record PeerId(int slot) implements Comparable<PeerId> {
  /** The owner of the global model. */
  public static final PeerId SERVER = new PeerId(-1);

  /** The worker of that slot. */
  public static PeerId worker(int slot) {
    if (slot < 0) {
      throw new IllegalArgumentException("slot=" + slot + " (expected >= 0)");
    }
    return new PeerId(slot);
  }

  /** Who is called so, as {@link #toString} says it; empty where nobody can be. */
  public static Optional<PeerId> named(String name) {
    if (name.equals("server")) {
      return Optional.of(SERVER);
    }
    return name.matches("worker-(0|[1-9][0-9]{0,8})")
        ? Optional.of(worker(Integer.parseInt(name.substring("worker-".length()))))
        : Optional.empty();
  }

  /** Whether this is the server. */
  public boolean isServer() {
    return slot < 0;
  }

  @Override
  public int compareTo(PeerId other) {
    return Integer.compare(slot, other.slot);
  }

  @Override
  public String toString() {
    return isServer() ? "server" : "worker-" + slot;
  }
}
