package org.estafette.channel;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Checksum and authentication code of one frame after another, fed piece by piece while the bytes
 * are in the cache for being copied anyway.
 */
final class FrameDigest {
  private final CRC32C crc = new CRC32C();
  private final byte[] head = new byte[FrameFormat.HEAD_BYTES];
  private final @Nullable Mac mac;
  private final byte[] code = new byte[32];
  private final byte[] claimed = new byte[FrameKey.CODE_BYTES];

  FrameDigest(@Nullable FrameKey key) {
    this.mac = key == null ? null : key.newMac();
  }

  boolean keyed() {
    return mac != null;
  }

  /** Begins a frame with the head at {@code at}; returns the head's own checksum. */
  int begin(DirectBuffer buffer, int at) {
    buffer.getBytes(at, head);
    crc.reset();
    crc.update(head);
    return (int) crc.getValue();
  }

  /** Writes the code over the head, zeros without a key; then the frame's code begins. */
  void putHeadCode(MutableDirectBuffer buffer, int at) {
    headCode();
    buffer.putBytes(at, code, 0, FrameKey.CODE_BYTES);
    beginCode();
  }

  /** Whether the code over the head is right; then the frame's code begins. */
  boolean checkHeadCode(DirectBuffer buffer, int at) {
    headCode();
    boolean right = matches(buffer, at);
    beginCode();
    return right;
  }

  void update(byte[] bytes, int offset, int length) {
    crc.update(bytes, offset, length);
    if (mac != null) {
      mac.update(bytes, offset, length);
    }
  }

  /** All that remains in {@code bytes}, whose position is moved to its limit. */
  void update(ByteBuffer bytes) {
    if (mac == null) {
      crc.update(bytes);
    } else {
      int start = bytes.position();
      crc.update(bytes);
      bytes.position(start);
      mac.update(bytes);
    }
  }

  /** Writes the trailer at {@code at}; the frame is over. */
  void putTrailer(MutableDirectBuffer buffer, int at) {
    buffer.putInt(at, (int) crc.getValue(), FrameFormat.ORDER);
    buffer.putInt(at + FrameFormat.TRAILER_ZERO_AT, 0);
    endCode();
    buffer.putBytes(at + FrameFormat.TRAILER_CODE_AT, code, 0, FrameKey.CODE_BYTES);
  }

  /** Null where the trailer at {@code at} fits; the frame is over. */
  @Nullable Refusal checkTrailer(DirectBuffer buffer, int at) {
    endCode();
    if (buffer.getInt(at, FrameFormat.ORDER) != (int) crc.getValue()
        || buffer.getInt(at + FrameFormat.TRAILER_ZERO_AT) != 0) {
      return Refusal.WRONG_CHECKSUM;
    }
    return matches(buffer, at + FrameFormat.TRAILER_CODE_AT) ? null : Refusal.NOT_AUTHENTIC;
  }

  private boolean matches(DirectBuffer buffer, int at) {
    buffer.getBytes(at, claimed);
    // The time that this takes must not tell how many bytes were right.
    int different = 0;
    for (int i = 0; i < FrameKey.CODE_BYTES; i++) {
      different |= claimed[i] ^ code[i];
    }
    return different == 0;
  }

  private void headCode() {
    if (mac != null) {
      mac.reset();
      mac.update(FrameFormat.HEAD_DOMAIN);
      mac.update(head);
      finish(mac);
    }
  }

  private void beginCode() {
    if (mac != null) {
      mac.reset();
      mac.update(FrameFormat.FRAME_DOMAIN);
      mac.update(head);
    }
  }

  private void endCode() {
    if (mac != null) {
      finish(mac);
    }
  }

  private void finish(Mac filled) {
    try {
      filled.doFinal(code, 0);
    } catch (ShortBufferException e) {
      throw new IllegalStateException("code of more than " + code.length + " bytes", e);
    }
  }
}
