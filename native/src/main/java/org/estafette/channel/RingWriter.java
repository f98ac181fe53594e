package org.estafette.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The sender's end of a {@link RingFile}: finds room, and takes it back when the reader has seen
 * the fragment that pointed to it. Used by the channel's thread only.
 */
final class RingWriter implements AutoCloseable {
  /** Pieces that may be under way at a time. */
  private static final int PIECES = 64;

  private final Path path;
  private final RingFile file;
  private final int largest;

  /** Of each piece under way: the stream's position after its fragment, and its own end. */
  private final long[] streamEnds = new long[PIECES];

  private final long[] ends = new long[PIECES];
  private int first;
  private int count;
  private long written;
  private long free;

  private RingWriter(Path path, RingFile file) {
    this.path = path;
    this.file = file;
    this.free = file.capacity();
    this.largest = (int) (file.capacity() / 8 / RingFile.ALIGNMENT * RingFile.ALIGNMENT);
  }

  /** Null where there is no room for one: then all goes through the stream, only slower. */
  static @Nullable RingWriter create(Path directory, int stream, int session, int capacity) {
    Path path = RingFile.path(directory, stream, session);
    try {
      return new RingWriter(path, RingFile.create(path, capacity));
    } catch (IOException e) {
      ChannelLog.LOG.warn(
          "no ring of {} bytes for stream {}: {}; payloads go through the stream, more slowly",
          capacity,
          path.getFileName(),
          e.toString());
      return null;
    }
  }

  /** Bytes that can be put at once now, at most {@code wanted}; 0 while the reader is behind. */
  int room(int wanted) {
    long taken = file.taken();
    while (count > 0 && streamEnds[first] <= taken) {
      free = file.capacity() - (written - ends[first]);
      first = (first + 1) % PIECES;
      count--;
    }
    if (count == PIECES) {
      return 0;
    }
    long toTheEnd = file.capacity() - written % file.capacity();
    int piece = (int) Math.min(Math.min(wanted, largest), toTheEnd);
    return free >= piece ? piece : 0;
  }

  /** Where the next piece goes, as the fragment tells it. */
  long position() {
    return written;
  }

  /** Address of the next piece. */
  long address() {
    return file.address() + written % file.capacity();
  }

  /** A piece of that many bytes lies at {@link #position}, and its fragment ends there. */
  void put(int bytes, long streamPosition) {
    long aligned = (bytes + RingFile.ALIGNMENT - 1L) / RingFile.ALIGNMENT * RingFile.ALIGNMENT;
    written += aligned;
    free -= aligned;
    int last = (first + count) % PIECES;
    streamEnds[last] = streamPosition;
    ends[last] = written;
    count++;
  }

  @Override
  public void close() {
    file.close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      ChannelLog.LOG.warn("{} is left behind: {}", path, e.toString());
    }
  }
}
