package org.estafette.channel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory beside a stream between two processes of one machine, in which its payloads lie. Aeron's
 * own log is zeroed by the media driver before it is used again, with stores so narrow that each
 * cache line's way back from the reader's core is waited for; what is written here is written once.
 * The stream itself carries what says where.
 *
 * <pre>
 *    0 magic       long
 *    8 capacity    long     of the data, a multiple of 64
 *   64 taken       long     stream position up to which the reader has seen all fragments
 * 4096 data
 * </pre>
 *
 * <p>The file lies in the media driver's directory and goes with it, if not before.
 */
final class RingFile implements AutoCloseable {
  static final int ALIGNMENT = 64;
  static final int DATA_AT = 4096;
  private static final long MAGIC = 0x474E_4952_4654_5345L; // "ESTFRING"
  private static final int CAPACITY_AT = 8;
  private static final int TAKEN_AT = 64;
  private static final VarHandle LONGS = ValueLayout.JAVA_LONG.varHandle();

  private final Arena arena;
  private final MemorySegment memory;

  private RingFile(Arena arena, MemorySegment memory) {
    this.arena = arena;
    this.memory = memory;
  }

  /** Where the ring of that stream lies. */
  static Path path(Path directory, int stream, int session) {
    return directory.resolve("ring-" + stream + "-" + Integer.toHexString(session));
  }

  /** Bytes of a file with that capacity. */
  static long bytes(long capacity) {
    return capacity == 0 ? 0 : DATA_AT + capacity;
  }

  /**
   * Makes the file. All of it is written, so that a full file system is an error now and not a
   * fault later.
   */
  static RingFile create(Path path, int capacity) throws IOException {
    FileChannel opened =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try (FileChannel file = opened) {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) bytes(capacity));
      while (zeros.hasRemaining()) {
        file.write(zeros);
      }
      RingFile ring = map(file);
      ring.memory.set(ValueLayout.JAVA_LONG, CAPACITY_AT, capacity);
      LONGS.setRelease(ring.memory, 0L, MAGIC);
      return ring;
    } catch (IOException e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /** Opens what {@link #create} has made, and believes nothing of it that cannot be. */
  static RingFile open(Path path) throws IOException {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (file.size() < DATA_AT + ALIGNMENT) {
        throw new IOException(path + ": " + file.size() + " bytes (expected a ring)");
      }
      RingFile ring = map(file);
      long magic = (long) LONGS.getAcquire(ring.memory, 0L);
      long capacity = ring.memory.get(ValueLayout.JAVA_LONG, CAPACITY_AT);
      if (magic != MAGIC || capacity != ring.capacity()) {
        ring.close();
        throw new IOException(
            "%s: magic=%x, capacity=%d (expected %x, %d)"
                .formatted(path, magic, capacity, MAGIC, file.size() - DATA_AT));
      }
      return ring;
    }
  }

  private static RingFile map(FileChannel file) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      return new RingFile(arena, file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  long capacity() {
    return memory.byteSize() - DATA_AT;
  }

  /** Address of the data. */
  long address() {
    return memory.address() + DATA_AT;
  }

  /** Told by the reader: all fragments up to this position of the stream have been seen. */
  void taken(long streamPosition) {
    LONGS.setRelease(memory, (long) TAKEN_AT, streamPosition);
  }

  long taken() {
    return (long) LONGS.getAcquire(memory, (long) TAKEN_AT);
  }

  @Override
  public void close() {
    arena.close();
  }
}
