package org.estafette.channel;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Checksum and authentication code of one frame after another, fed piece by piece while the bytes
 * are in the cache for being copied anyway.
 */
final class FrameDigest {
  private static final byte[] NO_CODE = new byte[FrameKey.CODE_BYTES];

  private final CRC32C crc = new CRC32C();
  private final byte[] head = new byte[FrameFormat.HEAD_BYTES];
  private final byte[] claimed = new byte[FrameKey.CODE_BYTES];
  private final @Nullable FrameCode code;
  private long frame;

  /**
   * @param code null without a key
   */
  FrameDigest(@Nullable FrameCode code) {
    this.code = code;
  }

  boolean keyed() {
    return code != null;
  }

  /** Begins a frame with the head at {@code at}; returns the head's own checksum. */
  int begin(DirectBuffer buffer, int at) {
    buffer.getBytes(at, head);
    frame = buffer.getLong(at + FrameFormat.FRAME_AT, FrameFormat.ORDER);
    crc.reset();
    crc.update(head);
    return (int) crc.getValue();
  }

  /** Writes the code over the head, zeros without a key; then the frame's code begins. */
  void putHeadCode(MutableDirectBuffer buffer, int at) {
    if (code == null) {
      buffer.putBytes(at, NO_CODE);
    } else {
      code.begin(FrameCode.HEAD, frame, head);
      code.put(buffer, at);
      code.begin(FrameCode.FRAME, frame, head);
    }
  }

  /** Whether the code over the head is right; then the frame's code begins. */
  boolean checkHeadCode(DirectBuffer buffer, int at) {
    if (code == null) {
      return isZero(buffer, at);
    }
    code.begin(FrameCode.HEAD, frame, head);
    boolean right = code.matches(buffer, at);
    code.begin(FrameCode.FRAME, frame, head);
    return right;
  }

  void update(byte[] bytes, int offset, int length) {
    crc.update(bytes, offset, length);
    if (code != null) {
      code.update(bytes, offset, length);
    }
  }

  /** All that remains in {@code bytes}, whose position is moved to its limit. */
  void update(ByteBuffer bytes) {
    if (code == null) {
      crc.update(bytes);
    } else {
      int start = bytes.position();
      crc.update(bytes);
      bytes.position(start);
      code.update(bytes);
    }
  }

  /** Writes the trailer at {@code at}; the frame is over. */
  void putTrailer(MutableDirectBuffer buffer, int at) {
    buffer.putInt(at, (int) crc.getValue(), FrameFormat.ORDER);
    buffer.putInt(at + FrameFormat.TRAILER_ZERO_AT, 0);
    if (code == null) {
      buffer.putBytes(at + FrameFormat.TRAILER_CODE_AT, NO_CODE);
    } else {
      code.put(buffer, at + FrameFormat.TRAILER_CODE_AT);
    }
  }

  /** Null where the trailer at {@code at} fits; the frame is over. */
  @Nullable Refusal checkTrailer(DirectBuffer buffer, int at) {
    if (buffer.getInt(at, FrameFormat.ORDER) != (int) crc.getValue()
        || buffer.getInt(at + FrameFormat.TRAILER_ZERO_AT) != 0) {
      return Refusal.WRONG_CHECKSUM;
    }
    int codeAt = at + FrameFormat.TRAILER_CODE_AT;
    boolean right = code == null ? isZero(buffer, codeAt) : code.matches(buffer, codeAt);
    return right ? null : Refusal.NOT_AUTHENTIC;
  }

  private boolean isZero(DirectBuffer buffer, int at) {
    buffer.getBytes(at, claimed);
    return java.util.Arrays.equals(claimed, NO_CODE);
  }
}
