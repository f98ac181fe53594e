package org.estafette.channel;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Cuts frames into fragments and puts them into a stream, their payloads beside it where it has a
 * {@link RingFile ring}. Used by the channel's thread only.
 */
final class FragmentWriter implements AutoCloseable {
  /** A small frame is cut into this many fragments, but into none shorter than the smallest. */
  static final int SMALLEST = 8 << 10;

  private static final int CUTS = 4;

  /** Payloads from this length on go beside the stream: below it a pointer saves nothing. */
  static final int BESIDE_FROM = 32 << 10;

  /** Bodies are cut at multiples of a cache line, so that aligned payloads stay aligned. */
  private static final int ALIGNMENT = RingFile.ALIGNMENT;

  private final ExclusivePublication stream;
  private final FrameDigest digest;
  private final ChannelHooks hooks;
  private final @Nullable RingWriter ring;
  private final BufferClaim claim = new BufferClaim();
  private long frameNumber;

  /**
   * For a stream that is open.
   *
   * @param firstNumber number of its first frame
   * @param ring closed with this
   */
  FragmentWriter(
      ExclusivePublication stream,
      FrameDigest digest,
      long firstNumber,
      @Nullable RingWriter ring,
      ChannelHooks hooks) {
    this.stream = stream;
    this.digest = digest;
    this.frameNumber = firstNumber;
    this.ring = ring;
    this.hooks = hooks;
  }

  /**
   * Puts the frame's next fragment into the stream.
   *
   * @return Aeron's answer: below 0 nothing was put
   */
  long next(OutFrame frame) {
    int headBytes = frame.begun ? FrameFormat.MORE_BYTES : FrameFormat.BEGIN_BYTES;
    int room = stream.maxPayloadLength() - headBytes - FrameFormat.TRAILER_BYTES;
    long metaLeft = Math.max(frame.meta.length - frame.position, 0);
    RingWriter beside = ring;
    if (beside != null
        && frame.payloadBytes() >= BESIDE_FROM
        && metaLeft <= room - FrameFormat.POINTER_BYTES) {
      return beside(frame, beside, headBytes, (int) metaLeft);
    }
    return inline(frame, headBytes, metaLeft);
  }

  private long inline(OutFrame frame, int headBytes, long metaLeft) {
    int room = Math.min(stream.maxPayloadLength(), piece(frame.bodyBytes())) - headBytes;
    long left = frame.bodyBytes() - frame.position;
    boolean last = left + FrameFormat.TRAILER_BYTES <= room;
    int metaPart = (int) Math.min(metaLeft, room);
    int payloadPart =
        last
            ? (int) (left - metaPart)
            : (int) Math.min(left - metaPart, (room - metaPart) / ALIGNMENT * (long) ALIGNMENT);
    int length = headBytes + metaPart + payloadPart + (last ? FrameFormat.TRAILER_BYTES : 0);

    long result = stream.tryClaim(length, claim);
    if (result < 0) {
      return result;
    }
    boolean written = false;
    try {
      MutableDirectBuffer buffer = claim.buffer();
      int at = claim.offset();
      int to = head(frame, buffer, at, headBytes, metaPart, last, 0);
      if (payloadPart > 0) {
        payload(frame, metaPart, buffer.addressOffset() + to, payloadPart);
      }
      damage(frame, 0, buffer.addressOffset() + at + headBytes, metaPart + payloadPart);
      written(frame, buffer, at, length, metaPart + payloadPart, last);
      written = true;
    } finally {
      end(written);
    }
    return result;
  }

  private long beside(OutFrame frame, RingWriter to, int headBytes, int metaPart) {
    long left = frame.bodyBytes() - frame.position - metaPart;
    long wanted = Math.min(left, piece(frame.payloadBytes()) / ALIGNMENT * (long) ALIGNMENT);
    int piece = to.room((int) wanted);
    if (piece == 0) {
      return Publication.BACK_PRESSURED;
    }
    boolean last = piece == left;
    int length =
        headBytes + metaPart + FrameFormat.POINTER_BYTES + (last ? FrameFormat.TRAILER_BYTES : 0);
    long result = stream.tryClaim(length, claim);
    if (result < 0) {
      return result;
    }
    boolean written = false;
    try {
      MutableDirectBuffer buffer = claim.buffer();
      int at = claim.offset();
      int pointer = head(frame, buffer, at, headBytes, metaPart, last, FrameFormat.BESIDE);
      payload(frame, metaPart, to.address(), piece);
      damage(frame, 0, buffer.addressOffset() + at + headBytes, metaPart);
      damage(frame, metaPart, to.address(), piece);
      hooks.outgoingBeside(to.address(), piece);
      FrameFormat.putPointer(buffer, pointer, to.position(), piece);
      to.put(piece, result);
      written(frame, buffer, at, length, metaPart + piece, last);
      written = true;
    } finally {
      end(written);
    }
    return result;
  }

  /**
   * How long the pieces of a frame are at most: a small frame is cut into a few, so that the
   * receiver copies the first ones while the sender copies the next.
   */
  private static int piece(long bytes) {
    return (int) Math.max(SMALLEST, Math.min(bytes / CUTS, Integer.MAX_VALUE));
  }

  /** Writes the head and a part of the meta; returns where the payload's part goes. */
  private int head(
      OutFrame frame,
      MutableDirectBuffer buffer,
      int at,
      int headBytes,
      int metaPart,
      boolean last,
      int flag) {
    byte type = frame.begun ? FrameFormat.MORE : FrameFormat.BEGIN;
    int flags = flag | (last ? FrameFormat.LAST : 0) | (digest.keyed() ? FrameFormat.KEYED : 0);
    FrameFormat.putFragment(
        buffer, at, type, flags, frame.header.run(), frameNumber, frame.position);
    if (!frame.begun) {
      FrameFormat.putIdentity(buffer, at, frame.header, frame.payloadBytes(), frame.meta.length);
      buffer.putInt(at + FrameFormat.HEAD_CRC_AT, digest.begin(buffer, at), FrameFormat.ORDER);
      digest.putHeadCode(buffer, at + FrameFormat.HEAD_CODE_AT);
    }
    int to = at + headBytes;
    if (metaPart > 0) {
      buffer.putBytes(to, frame.meta, (int) frame.position, metaPart);
      digest.update(frame.meta, (int) frame.position, metaPart);
    }
    return to + metaPart;
  }

  private void payload(OutFrame frame, int metaPart, long address, int bytes) {
    if (frame.payload != null) {
      long from = frame.position + metaPart - frame.meta.length;
      frame.payload.copyTo(from, address, bytes, digest);
    }
  }

  /** Changes the bit that a fault has chosen, where it is in this part of the body. */
  private static void damage(OutFrame frame, int from, long address, int length) {
    long at = frame.damaged / 8 - frame.position - from;
    if (frame.damaged >= 0 && at >= 0 && at < length) {
      int bit = 1 << (int) (frame.damaged % 8);
      UnsafeApi.putByte(address + at, (byte) (UnsafeApi.getByte(address + at) ^ bit));
    }
  }

  private void written(
      OutFrame frame, MutableDirectBuffer buffer, int at, int length, int body, boolean last) {
    if (last) {
      digest.putTrailer(buffer, at + length - FrameFormat.TRAILER_BYTES);
      frameNumber++;
    }
    hooks.outgoing(buffer, at, length);
    frame.begun = true;
    frame.ended = last;
    frame.position += body;
  }

  private void end(boolean written) {
    if (written) {
      claim.commit();
    } else {
      claim.abort();
    }
  }

  @Override
  public void close() {
    if (ring != null) {
      ring.close();
    }
  }
}
