package org.estafette.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers where every lease was taken, for tests and for the hunt after a leak: a stack trace per
 * lease is far too slow for a run. It covers the pools that are made while it is on.
 */
public final class LeakDetection implements AutoCloseable {
  private static final AtomicReference<@Nullable LeakDetection> CURRENT = new AtomicReference<>();

  private final Map<Lease, Taken> open = new ConcurrentHashMap<>();

  private LeakDetection() {}

  /** Where a lease was taken: never thrown, only shown. */
  private static final class Taken extends Throwable {
    private static final long serialVersionUID = 1;

    Taken(String pool) {
      super("pool " + pool + ", thread " + Thread.currentThread().getName());
    }
  }

  /**
   * Switches detection on for all pools made from now on until {@link #close}.
   *
   * @throws IllegalStateException where it is on already
   */
  public static LeakDetection begin() {
    LeakDetection detection = new LeakDetection();
    if (!CURRENT.compareAndSet(null, detection)) {
      throw new IllegalStateException("leak detection is on already (close the other one first)");
    }
    return detection;
  }

  static @Nullable LeakDetection current() {
    return CURRENT.get();
  }

  void opened(Lease lease, String pool) {
    open.put(lease, new Taken(pool));
  }

  void closed(Lease lease) {
    open.remove(lease);
  }

  /** The leases not given back, each with the pool and the stack that took it. */
  public List<String> leaks() {
    List<String> leaks = new ArrayList<>();
    for (Taken taken : open.values()) {
      StringBuilder text = new StringBuilder("lease not closed: ").append(taken.getMessage());
      for (StackTraceElement frame : taken.getStackTrace()) {
        if (!frame.getClassName().equals(VectorPool.class.getName())
            && !frame.getClassName().equals(LeakDetection.class.getName())) {
          text.append("\n    at ").append(frame);
        }
      }
      leaks.add(text.toString());
    }
    return leaks;
  }

  /** Switches detection off; pools made meanwhile go on recording into this object. */
  @Override
  public void close() {
    CURRENT.compareAndSet(this, null);
  }
}
