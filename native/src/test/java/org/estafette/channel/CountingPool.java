package org.estafette.channel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** Leases of any size, of which only so many are out at once; notices a second close. */
final class CountingPool {
  private final AtomicInteger out = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger closedTwice = new AtomicInteger();
  private volatile int limit;

  CountingPool(int limit) {
    this.limit = limit;
  }

  void limit(int value) {
    limit = value;
  }

  int out() {
    return out.get();
  }

  int asked() {
    return asked.get();
  }

  int closedTwice() {
    return closedTwice.get();
  }

  @Nullable Lease tryLease(long bytes) {
    asked.incrementAndGet();
    if (out.incrementAndGet() > limit) {
      out.decrementAndGet();
      return null;
    }
    return new Counted(Float32Vector.allocate((bytes + 3) / 4));
  }

  private final class Counted implements Lease {
    private final FlatVector vector;
    private final AtomicBoolean closed = new AtomicBoolean();

    Counted(FlatVector vector) {
      this.vector = vector;
    }

    @Override
    public FlatVector vector() {
      if (closed.get()) {
        throw new IllegalStateException("used after close");
      }
      return vector;
    }

    @Override
    public Lease retain() {
      throw new UnsupportedOperationException("not needed by the channel");
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        out.decrementAndGet();
      } else {
        closedTwice.incrementAndGet();
      }
    }
  }
}
