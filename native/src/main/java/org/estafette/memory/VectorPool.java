package org.estafette.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of one length and precision that are leased, given back and leased again, so that the
 * exchange of updates allocates no vectors once it runs. The pool makes a vector when it is first
 * needed, up to its capacity, and keeps it. A leased vector holds what its last user left in it.
 *
 * <p>Thread-safe. Leasing and giving back take constant time.
 */
public final class VectorPool {
  private final String name;
  private final Precision precision;
  private final long length;
  private final int capacity;
  private final @Nullable LeakDetection detection;
  private final Object lock = new Object();
  private final List<FlatVector> free = new ArrayList<>();
  private int made;
  private int outstanding;

  private VectorPool(String name, Precision precision, long length, int capacity) {
    if (length < 0) {
      throw new IllegalArgumentException(
          "pool " + name + ": length=" + length + " (expected >= 0)");
    }
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "pool " + name + ": capacity=" + capacity + " (expected >= 1)");
    }
    this.name = name;
    this.precision = precision;
    this.length = length;
    this.capacity = capacity;
    this.detection = LeakDetection.current();
  }

  /**
   * A pool that never has more than {@code capacity} vectors on loan.
   *
   * @param name what messages call this pool
   */
  public static VectorPool bounded(String name, Precision precision, long length, int capacity) {
    return new VectorPool(name, precision, length, capacity);
  }

  /**
   * A pool that grows as long as there is memory.
   *
   * @param name what messages call this pool
   */
  public static VectorPool unbounded(String name, Precision precision, long length) {
    return new VectorPool(name, precision, length, Integer.MAX_VALUE);
  }

  /**
   * A vector on loan, held once.
   *
   * @throws IllegalStateException where all vectors of a bounded pool are on loan
   */
  public Lease lease() {
    Lease lease = tryLease();
    if (lease == null) {
      throw new IllegalStateException(
          "pool "
              + name
              + ": all "
              + capacity
              + " vectors are on loan (give leases back sooner, or raise the capacity)");
    }
    return lease;
  }

  /** A vector on loan, held once; null where all vectors of a bounded pool are on loan. */
  public @Nullable Lease tryLease() {
    FlatVector vector = take();
    if (vector == null) {
      return null;
    }
    PooledLease lease = new PooledLease(this, vector);
    if (detection != null) {
      detection.opened(lease, name);
    }
    return lease;
  }

  private @Nullable FlatVector take() {
    synchronized (lock) {
      if (!free.isEmpty()) {
        outstanding++;
        // The vector given back last is the likeliest to be in a cache.
        return free.removeLast();
      }
      if (made == capacity) {
        return null;
      }
      made++;
      outstanding++;
    }
    // Outside the lock: zeroing a large vector takes long.
    try {
      return precision.zeros(length);
    } catch (Throwable e) {
      synchronized (lock) {
        made--;
        outstanding--;
      }
      throw e;
    }
  }

  private void giveBack(PooledLease lease, FlatVector vector) {
    if (detection != null) {
      detection.closed(lease);
    }
    synchronized (lock) {
      outstanding--;
      free.add(vector);
    }
  }

  /** Vectors on loan now. */
  public int outstanding() {
    synchronized (lock) {
      return outstanding;
    }
  }

  /** Vectors that were made so far, on loan or not. */
  public int made() {
    synchronized (lock) {
      return made;
    }
  }

  /** Most vectors that can be on loan; {@link Integer#MAX_VALUE} where there is no bound. */
  public int capacity() {
    return capacity;
  }

  /** Elements of each vector. */
  public long length() {
    return length;
  }

  /** Precision of each vector. */
  public Precision precision() {
    return precision;
  }

  /** What messages call this pool. */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "VectorPool["
        + name
        + ", "
        + precision
        + "×"
        + length
        + ", on loan "
        + outstanding()
        + "]";
  }

  /** One loan. Never used again, so that a late close cannot hit the next holder of the vector. */
  private static final class PooledLease implements Lease {
    private static final VarHandle HOLDERS;

    static {
      try {
        HOLDERS = MethodHandles.lookup().findVarHandle(PooledLease.class, "holders", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final VectorPool pool;
    private final FlatVector vector;

    @SuppressWarnings("UnusedVariable") // by HOLDERS
    private volatile int holders = 1;

    PooledLease(VectorPool pool, FlatVector vector) {
      this.pool = pool;
      this.vector = vector;
    }

    @Override
    public FlatVector vector() {
      if (holders == 0) {
        throw closed("vector()");
      }
      return vector;
    }

    @Override
    public Lease retain() {
      while (true) {
        int seen = holders;
        if (seen == 0) {
          throw closed("retain()");
        }
        if (HOLDERS.compareAndSet(this, seen, seen + 1)) {
          return this;
        }
      }
    }

    @Override
    public void close() {
      while (true) {
        int seen = holders;
        if (seen == 0) {
          throw closed("close()");
        }
        if (HOLDERS.compareAndSet(this, seen, seen - 1)) {
          if (seen == 1) {
            pool.giveBack(this, vector);
          }
          return;
        }
      }
    }

    private IllegalStateException closed(String call) {
      return new IllegalStateException(
          "pool "
              + pool.name
              + ": "
              + call
              + " on a lease whose last holder has closed it (expected one close for the lease"
              + " and one for every retain)");
    }

    @Override
    public String toString() {
      return "Lease[pool " + pool.name + ", held " + holders + "×]";
    }
  }
}
