package org.estafette.bench.channel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.estafette.memory.Float32Vector;

/**
 * What this machine's memory allows at best to anything that copies into a shared buffer and out of
 * it on another core: two threads, two rings, no protocol, no checksum, nothing but spinning. No
 * transport of two copies gets below its round trip or above its rate by much.
 */
final class RingPath implements Route {
  private static final int PIECE = 64 << 10;
  private static final long RING = 4L << 20;

  private final MemorySegment source;
  private final MemorySegment target;
  private final MemorySegment there = Arena.ofAuto().allocate(RING, 64);
  private final MemorySegment back = Arena.ofAuto().allocate(RING, 64);
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();

  RingPath(Float32Vector source, Float32Vector target) {
    this.source = source.segment();
    this.target = target.segment();
    there.fill((byte) 1);
    back.fill((byte) 1);
  }

  @Override
  public long send() {
    long bytes = source.byteSize() / PIECE * PIECE;
    restart();
    Thread reader =
        start(() -> {
          for (long at = 0; at < bytes; at += PIECE) {
            awaitAbove(written, at);
            MemorySegment.copy(there, at % RING, target, at, PIECE);
            read.setRelease(at + PIECE);
          }
        });
    long start = System.nanoTime();
    for (long at = 0; at < bytes; at += PIECE) {
      awaitAbove(read, at + PIECE - RING - 1);
      MemorySegment.copy(source, at, there, at % RING, PIECE);
      written.setRelease(at + PIECE);
    }
    awaitAbove(read, bytes - 1);
    long nanos = System.nanoTime() - start;
    join(reader);
    return (long) (nanos * (source.byteSize() / (double) bytes));
  }

  @Override
  public long[] pingPong(int bytes, int count) {
    if (bytes > RING) {
      throw new IllegalArgumentException("bytes=" + bytes + " (expected <= " + RING + ")");
    }
    restart();
    long[] nanos = new long[count];
    Thread echo =
        start(() -> {
          for (int i = 0; i < count; i++) {
            awaitAbove(written, i);
            long at = place(i, bytes);
            MemorySegment.copy(there, at, target, 0, bytes);
            MemorySegment.copy(target, 0, back, at, bytes);
            answered.setRelease(i + 1);
          }
        });
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      long at = place(i, bytes);
      MemorySegment.copy(source, 0, there, at, bytes);
      written.setRelease(i + 1);
      awaitAbove(answered, i);
      MemorySegment.copy(back, at, target, bytes, bytes);
      nanos[i] = System.nanoTime() - start;
    }
    join(echo);
    return nanos;
  }

  private static long place(int i, int bytes) {
    return i % (RING / bytes) * bytes;
  }

  private void restart() {
    written.set(0);
    read.set(0);
    answered.set(0);
  }

  private static void awaitAbove(AtomicLong counter, long bound) {
    while (counter.getAcquire() <= bound) {
      Thread.onSpinWait();
    }
  }

  private static Thread start(Runnable body) {
    Thread thread = new Thread(body, "ring");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {}
}
