package org.estafette.channel;

import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The receiver's end of a {@link RingFile}, opened when the first fragment points into it. What a
 * fragment says is believed only as far as it stays within the ring; that the bytes are the right
 * ones is the frame's checksum's business.
 */
final class RingReader implements AutoCloseable {
  private final @Nullable Path path;
  private @Nullable RingFile file;
  private boolean failed;

  /**
   * @param path where it lies; null for a stream that does not come through shared memory
   */
  RingReader(@Nullable Path path) {
    this.path = path;
  }

  /** Address of the piece that the pointer at {@code at} names; 0 where it cannot be. */
  long address(DirectBuffer buffer, int at) {
    RingFile ring = file();
    if (ring == null) {
      return 0;
    }
    long position = buffer.getLong(at + FrameFormat.RING_POSITION_AT, FrameFormat.ORDER);
    int length = length(buffer, at);
    long start = position % ring.capacity();
    boolean right =
        buffer.getInt(at + FrameFormat.RING_CHECK_AT, FrameFormat.ORDER)
            == FrameFormat.pointerCheck(position, length);
    boolean inside = position >= 0 && length > 0 && length <= ring.capacity() - start;
    return right && inside ? ring.address() + start : 0;
  }

  /** Bytes of the piece. */
  static int length(DirectBuffer buffer, int at) {
    return buffer.getInt(at + FrameFormat.RING_LENGTH_AT, FrameFormat.ORDER);
  }

  /** Whether a fragment has pointed into it. */
  boolean inUse() {
    return file != null;
  }

  /** The stream has been read up to there, whatever was in it. */
  void taken(long streamPosition) {
    RingFile ring = file;
    if (ring != null) {
      ring.taken(streamPosition);
    }
  }

  private @Nullable RingFile file() {
    if (file == null && !failed && path != null) {
      try {
        file = RingFile.open(path);
      } catch (IOException e) {
        failed = true; // Said once; each frame that needs it is refused and counted.
        ChannelLog.LOG.warn("the ring of a stream cannot be opened: {}", e.toString());
      }
    }
    return file;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
      file = null;
    }
    failed = true;
  }
}
