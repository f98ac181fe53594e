package org.estafette.channel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.jspecify.annotations.Nullable;

/**
 * Fragments of frames as they come from a stream, whatever they hold: each is taken or refused,
 * nothing longer than configured is leased, all that was leased is given back, and a sound frame
 * that follows arrives.
 */
public final class FrameFuzz {
  private static final long RUN = 42;
  private static final int FLOATS = 256;

  /** Bits of the byte before each fragment: checksums that are made to fit. */
  private static final int FIT_HEAD = 1;

  private static final int FIT_TRAILER = 2;

  private static final ChannelConfig CONFIG =
      ChannelConfig.builder("fuzz", RUN).maxPayloadBytes(FLOATS * 4L).maxMetaBytes(64).build();

  private FrameFuzz() {}

  /** Fragments: each a byte of flags, its length in two bytes, and so many bytes. */
  public static void fuzzerTestOneInput(byte[] data) {
    Receiver receiver = new Receiver();
    Session session =
        new Session(
            null,
            1,
            "fuzz",
            CONFIG,
            receiver,
            new ChannelCounters(),
            new Authenticity(CONFIG, new Endpoint("fuzz", "/dev/shm/fuzz", 1, null)));
    ByteBuffer in = ByteBuffer.wrap(data);
    List<byte[]> body = new ArrayList<>();
    while (in.remaining() >= 3) {
      int flags = in.get();
      byte[] fragment = new byte[Math.min(in.getShort() & 0xFFFF, in.remaining())];
      in.get(fragment);
      fit(fragment, flags, body);
      give(session, fragment);
    }
    int before = receiver.arrived;
    give(session, sound(3, new byte[] {1, 2}, new byte[8]));
    if (receiver.arrived != before + 1) {
      throw new IllegalStateException("a sound frame was not taken: " + receiver.last);
    }
    session.close("the end");
    if (receiver.pool.outstanding() != 0) {
      throw new IllegalStateException("leases out: " + receiver.pool);
    }
  }

  private static void give(Session session, byte[] fragment) {
    UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(Math.max(1, fragment.length)));
    buffer.putBytes(0, fragment);
    session.onFragment(buffer, 0, fragment.length, null);
  }

  private static void fit(byte[] fragment, int flags, List<byte[]> body) {
    UnsafeBuffer b = new UnsafeBuffer(fragment);
    if (fragment.length < FrameFormat.MORE_BYTES) {
      return;
    }
    boolean begins = fragment[FrameFormat.TYPE_AT] == FrameFormat.BEGIN;
    int head = begins ? FrameFormat.BEGIN_BYTES : FrameFormat.MORE_BYTES;
    if (begins) {
      body.clear();
      if (fragment.length < head) {
        return;
      }
      CRC32C crc = new CRC32C();
      crc.update(fragment, 0, FrameFormat.HEAD_BYTES);
      if ((flags & FIT_HEAD) != 0) {
        b.putInt(FrameFormat.HEAD_CRC_AT, (int) crc.getValue(), FrameFormat.ORDER);
      }
      body.add(Arrays.copyOf(fragment, FrameFormat.HEAD_BYTES));
    }
    boolean last = (fragment[FrameFormat.FLAGS_AT] & FrameFormat.LAST) != 0;
    int end = fragment.length - (last ? FrameFormat.TRAILER_BYTES : 0);
    if (end < head) {
      return;
    }
    body.add(Arrays.copyOfRange(fragment, head, end));
    if (last && (flags & FIT_TRAILER) != 0) {
      CRC32C crc = new CRC32C();
      body.forEach(crc::update);
      b.putInt(end, (int) crc.getValue(), FrameFormat.ORDER);
    }
  }

  /** A frame of one fragment. */
  private static byte[] sound(long frame, byte[] meta, byte[] payload) {
    return fragment(
        FrameFormat.BEGIN, FrameFormat.LAST, frame, 0, meta, payload, payload.length, true);
  }

  private static byte[] fragment(
      byte type,
      int flags,
      long frame,
      long offset,
      byte[] meta,
      byte[] payload,
      long payloadBytes,
      boolean fit) {
    boolean begins = type == FrameFormat.BEGIN;
    int head = begins ? FrameFormat.BEGIN_BYTES : FrameFormat.MORE_BYTES;
    int trailer = flags == FrameFormat.LAST ? FrameFormat.TRAILER_BYTES : 0;
    byte[] bytes = new byte[head + meta.length + payload.length + trailer];
    UnsafeBuffer b = new UnsafeBuffer(bytes);
    FrameFormat.putFragment(b, 0, type, flags, RUN, frame, offset);
    if (begins) {
      FrameFormat.putIdentity(b, 0, new FrameHeader(RUN, 1, 1, 1, 7), payloadBytes, meta.length);
    }
    b.putBytes(head, meta);
    b.putBytes(head + meta.length, payload);
    if (fit) {
      fit(bytes, FIT_HEAD | FIT_TRAILER, new ArrayList<>());
    }
    return bytes;
  }

  /** Frames that are sound, of one and of three fragments, and a length bomb. */
  public static List<byte[]> seeds() {
    byte[] none = {};
    byte[] meta = {1, 2, 3};
    byte[] begin = fragment(FrameFormat.BEGIN, 0, 5, 0, meta, new byte[16], 56, false);
    byte[] more = fragment(FrameFormat.MORE, 0, 5, 19, none, new byte[16], 0, false);
    byte[] last = fragment(FrameFormat.MORE, FrameFormat.LAST, 5, 35, none, new byte[24], 0, false);
    byte[] bomb = fragment(FrameFormat.BEGIN, 0, 6, 0, meta, none, Long.MAX_VALUE, false);
    byte[] one = sound(4, meta, new byte[40]);
    return List.of(
        input(0, one),
        input(FIT_HEAD | FIT_TRAILER, begin, more, last),
        input(FIT_HEAD | FIT_TRAILER, begin, last, one, begin),
        input(FIT_HEAD, bomb, begin, more),
        input(0, more, last),
        none);
  }

  private static byte[] input(int flags, byte[]... fragments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] f : fragments) {
      out.write(flags);
      out.write(f.length >>> 8);
      out.write(f.length);
      out.writeBytes(f);
    }
    return out.toByteArray();
  }

  private static final class Receiver implements ChannelListener {
    final VectorPool pool = VectorPool.unbounded("fuzz", Precision.FLOAT32, FLOATS);
    int arrived;
    String last = "";

    @Override
    public Lease lease(FrameHeader header, long payloadBytes) {
      if (payloadBytes < 1 || payloadBytes > FLOATS * (long) Float.BYTES) {
        throw new AssertionError("asked for " + payloadBytes + " bytes");
      }
      return pool.lease();
    }

    @Override
    public void received(
        FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
      arrived++;
      if (meta.remaining() > 64 || header.run() != RUN) {
        throw new AssertionError(header + " with meta of " + meta.remaining() + " bytes");
      }
      if (payload != null) {
        if (((Float32Vector) payload.vector()).length() * Float.BYTES < payloadBytes) {
          throw new AssertionError("payload of " + payloadBytes + " bytes");
        }
        payload.close();
      }
    }

    @Override
    public void refused(@Nullable FrameHeader header, Refusal reason, String detail) {
      last = reason + ": " + detail;
    }

    @Override
    public void channelLost(String why, @Nullable Throwable cause) {}
  }
}
