package org.estafette.channel;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;

/**
 * The first bytes of a leased vector as what is copied from or to. Copies go piece by piece through
 * the first-level cache, and the digest takes each piece while it is there: the checksum then costs
 * arithmetic but no second trip to memory.
 */
final class PayloadMemory {
  /** Bytes copied and digested at a time. */
  static final int PIECE = 8 << 10;

  private static final long WINDOW = 1L << 30;

  private final Lease lease;
  private final Float32Vector vector;
  private final long bytes;
  private final ByteBuffer[] windows;

  private PayloadMemory(Lease lease, Float32Vector vector, long bytes) {
    this.lease = lease;
    this.vector = vector;
    this.bytes = bytes;
    MemorySegment segment = vector.segment();
    this.windows = new ByteBuffer[(int) ((bytes + WINDOW - 1) / WINDOW)];
    for (int i = 0; i < windows.length; i++) {
      long from = i * WINDOW;
      windows[i] = segment.asSlice(from, Math.min(WINDOW, bytes - from)).asByteBuffer();
    }
  }

  /** Bytes that {@code vector} can carry: 4 per element; −1 where it is not float32. */
  static long capacity(FlatVector vector) {
    return vector instanceof Float32Vector f ? f.length() * Float.BYTES : -1;
  }

  /** Takes the lease over. Its vector must be able to carry {@code bytes}. */
  static PayloadMemory of(Lease lease, long bytes) {
    if (lease.vector() instanceof Float32Vector vector && capacity(vector) >= bytes) {
      return new PayloadMemory(lease, vector, bytes);
    }
    throw new IllegalArgumentException(
        "payload=" + lease.vector() + " (expected float32 of at least " + bytes + " bytes)");
  }

  long bytes() {
    return bytes;
  }

  Lease lease() {
    return lease;
  }

  /** Copies {@code length} bytes from {@code position} to {@code address}, digesting them. */
  void copyTo(long position, long address, int length, FrameDigest digest) {
    for (int done = 0; done < length; ) {
      int piece = Math.min(PIECE, length - done);
      // First the copy: its reads and writes miss the cache side by side, the digest's would wait.
      UnsafeApi.copyMemory(vector.address() + position + done, address + done, piece);
      digest(position + done, piece, digest);
      done += piece;
    }
    Reference.reachabilityFence(vector);
  }

  /** Copies {@code length} bytes from {@code address} to {@code position}, digesting them. */
  void copyFrom(long position, long address, int length, FrameDigest digest) {
    for (int done = 0; done < length; ) {
      int piece = Math.min(PIECE, length - done);
      UnsafeApi.copyMemory(address + done, vector.address() + position + done, piece);
      digest(position + done, piece, digest);
      done += piece;
    }
    Reference.reachabilityFence(vector);
  }

  private void digest(long position, int length, FrameDigest digest) {
    for (int done = 0; done < length; ) {
      ByteBuffer window = windows[(int) ((position + done) / WINDOW)];
      int at = (int) ((position + done) % WINDOW);
      int part = Math.min(length - done, window.capacity() - at);
      window.limit(at + part).position(at);
      digest.update(window);
      done += part;
    }
  }
}
