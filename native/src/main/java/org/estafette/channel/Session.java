package org.estafette.channel;

import io.aeron.Image;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * One sender's stream on the receiving side: puts its fragments together again. Nothing that a
 * fragment says is believed before it is checked, nothing is leased before the head is checked, and
 * whatever is wrong costs that one frame: the rest of it is skipped, counted once, and the next
 * BEGIN starts afresh.
 */
final class Session implements ControlledFragmentHandler {
  private enum State {
    /** Between frames. */
    IDLE,
    /** Inside a frame. */
    ASSEMBLING,
    /** Inside a frame that was refused. */
    SKIPPING
  }

  private final @Nullable Image image;
  private final int session;
  private final String source;
  private final ChannelConfig config;
  private final ChannelListener listener;
  private final ChannelCounters counters;
  private final Authenticity authenticity;
  private final FrameDigest digest;

  private State state = State.IDLE;
  private byte[] meta = new byte[256];
  private int metaBytes;
  private long payloadBytes;
  private long position;
  private long frame;
  private long waitingSince;
  private boolean waiting;
  private long now;
  private @Nullable FrameHeader header;
  private @Nullable PayloadMemory payload;

  Session(
      Image image,
      ChannelConfig config,
      ChannelListener listener,
      ChannelCounters counters,
      Authenticity authenticity) {
    this(
        image, image.sessionId(), image.sourceIdentity(), config, listener, counters, authenticity);
  }

  /** Without an image for tests that hand fragments over themselves. */
  Session(
      @Nullable Image image,
      int session,
      String source,
      ChannelConfig config,
      ChannelListener listener,
      ChannelCounters counters,
      Authenticity authenticity) {
    this.image = image;
    this.session = session;
    this.source = source;
    this.config = config;
    this.listener = listener;
    this.counters = counters;
    this.authenticity = authenticity;
    this.digest = new FrameDigest(authenticity.code(session));
    counters.sessionsOpened.increment();
  }

  boolean of(Image other) {
    return image != null && image.correlationId() == other.correlationId();
  }

  /** Takes up to {@code limit} fragments; returns how many. */
  int poll(int limit, long nanoTime) {
    now = nanoTime;
    return image == null ? 0 : image.controlledPoll(this, limit);
  }

  /** The stream is over: an unfinished frame is given up. */
  void close(String why) {
    if (state == State.ASSEMBLING) {
      refuse(header, Refusal.ABANDONED, progress() + ", " + why);
    }
    state = State.IDLE;
  }

  @Override
  public Action onFragment(DirectBuffer buffer, int offset, int length, Header ignored) {
    Refusal wrong = checkFragment(buffer, offset, length);
    if (wrong != null) {
      refuse(header, wrong, describe(buffer, offset, length));
      return Action.CONTINUE;
    }
    boolean last = has(buffer, offset, FrameFormat.LAST);
    if (buffer.getByte(offset + FrameFormat.TYPE_AT) == FrameFormat.BEGIN) {
      return begin(buffer, offset, length, last);
    }
    if (state == State.ASSEMBLING) {
      more(buffer, offset, length, last);
    } else if (state == State.IDLE) {
      refuse(null, Refusal.NO_BEGINNING, describe(buffer, offset, length));
    }
    if (last && state == State.SKIPPING) {
      state = State.IDLE;
    }
    // The sender may reuse the room at once, not only after the whole batch.
    return Action.COMMIT;
  }

  private @Nullable Refusal checkFragment(DirectBuffer buffer, int at, int length) {
    if (length < FrameFormat.MORE_BYTES) {
      return Refusal.MALFORMED;
    }
    if (buffer.getInt(at + FrameFormat.MAGIC_AT, FrameFormat.ORDER) != FrameFormat.MAGIC) {
      return Refusal.WRONG_MAGIC;
    }
    if (buffer.getByte(at + FrameFormat.VERSION_AT) != FrameFormat.VERSION) {
      return Refusal.WRONG_VERSION;
    }
    byte type = buffer.getByte(at + FrameFormat.TYPE_AT);
    int flags = buffer.getShort(at + FrameFormat.FLAGS_AT, FrameFormat.ORDER);
    boolean wellFormed =
        (type == FrameFormat.MORE || type == FrameFormat.BEGIN && length >= FrameFormat.BEGIN_BYTES)
            && (flags & ~(FrameFormat.LAST | FrameFormat.KEYED)) == 0;
    return wellFormed ? null : Refusal.MALFORMED;
  }

  private Action begin(DirectBuffer buffer, int at, int length, boolean last) {
    int headCrc = digest.begin(buffer, at);
    if (headCrc != buffer.getInt(at + FrameFormat.HEAD_CRC_AT, FrameFormat.ORDER)) {
      refuse(header, Refusal.CORRUPT_HEADER, describe(buffer, at, length));
      return Action.CONTINUE;
    }
    if (state == State.ASSEMBLING) {
      refuse(header, Refusal.ABANDONED, progress() + ", then the sender began another frame");
    }
    FrameHeader identity = FrameFormat.identity(buffer, at);
    long announced = buffer.getLong(at + FrameFormat.PAYLOAD_BYTES_AT, FrameFormat.ORDER);
    int announcedMeta = buffer.getInt(at + FrameFormat.META_BYTES_AT, FrameFormat.ORDER);
    Refusal wrong = checkHead(buffer, at, identity, announced, announcedMeta);
    if (wrong != null) {
      refuse(
          identity,
          wrong,
          "payload="
              + announced
              + ", meta="
              + announcedMeta
              + " bytes"
              + aboutKeys(wrong, has(buffer, at, FrameFormat.KEYED)));
      return Action.CONTINUE;
    }
    PayloadMemory memory = null;
    if (announced > 0) {
      Lease lease;
      try {
        lease = listener.lease(identity, announced);
      } catch (RuntimeException e) {
        refuse(identity, Refusal.LISTENER_FAILED, e.toString());
        return Action.CONTINUE;
      }
      if (lease == null) {
        return holdBack(identity, announced);
      }
      memory = accept(identity, lease, announced);
      if (memory == null) {
        return Action.CONTINUE;
      }
    }
    waiting = false;
    header = identity;
    payload = memory;
    payloadBytes = announced;
    metaBytes = announcedMeta;
    if (meta.length < announcedMeta) {
      meta = new byte[announcedMeta];
    }
    position = 0;
    frame = buffer.getLong(at + FrameFormat.FRAME_AT, FrameFormat.ORDER);
    if (digest.keyed()) {
      authenticity.begun(session, frame);
    }
    state = State.ASSEMBLING;
    take(buffer, at, FrameFormat.BEGIN_BYTES, length, last);
    return Action.CONTINUE;
  }

  private @Nullable Refusal checkHead(
      DirectBuffer buffer, int at, FrameHeader identity, long announced, int announcedMeta) {
    if (identity.run() != config.run()) {
      return Refusal.WRONG_RUN;
    }
    if (has(buffer, at, FrameFormat.KEYED) != digest.keyed()
        || !digest.checkHeadCode(buffer, at + FrameFormat.HEAD_CODE_AT)) {
      return Refusal.NOT_AUTHENTIC;
    }
    if (digest.keyed()
        && !authenticity.isNew(
            session, buffer.getLong(at + FrameFormat.FRAME_AT, FrameFormat.ORDER))) {
      return Refusal.REPLAYED;
    }
    if (announced < 0
        || announced > config.maxPayloadBytes()
        || announcedMeta < 0
        || announcedMeta > config.maxMetaBytes()) {
      return Refusal.TOO_LONG;
    }
    return null;
  }

  /** What to do about a refusal that has to do with keys; nothing about any other. */
  private String aboutKeys(Refusal wrong, boolean frameKeyed) {
    Authenticity.Fault fault =
        switch (wrong) {
          case REPLAYED -> Authenticity.Fault.SEEN;
          case NOT_AUTHENTIC ->
              frameKeyed == digest.keyed()
                  ? frameKeyed ? Authenticity.Fault.OTHER_KEY : null
                  : frameKeyed
                      ? Authenticity.Fault.RECEIVER_WITHOUT_KEY
                      : Authenticity.Fault.SENDER_WITHOUT_KEY;
          default -> null;
        };
    return fault == null ? "" : "; " + authenticity.complain(fault, source);
  }

  private Action holdBack(FrameHeader identity, long announced) {
    if (!waiting) {
      waiting = true;
      waitingSince = now;
      counters.leaseWaits.increment();
    } else if (now - waitingSince > config.leaseTimeout().toNanos()) {
      waiting = false;
      refuse(
          identity,
          Refusal.POOL_EXHAUSTED,
          "no lease of " + announced + " bytes for " + config.leaseTimeout());
      return Action.CONTINUE;
    }
    // The fragment stays where it is; the stream fills up and its sender is told so.
    return Action.ABORT;
  }

  private @Nullable PayloadMemory accept(FrameHeader identity, Lease lease, long announced) {
    long capacity = PayloadMemory.capacity(lease.vector());
    if (capacity >= announced) {
      return PayloadMemory.of(lease, announced);
    }
    lease.close();
    refuse(
        identity,
        Refusal.LEASE_TOO_SMALL,
        "lease=" + capacity + " bytes (expected >= " + announced + ")");
    return null;
  }

  private void more(DirectBuffer buffer, int at, int length, boolean last) {
    if (buffer.getLong(at + FrameFormat.FRAME_AT, FrameFormat.ORDER) != frame
        || buffer.getLong(at + FrameFormat.BODY_OFFSET_AT, FrameFormat.ORDER) != position
        || buffer.getLong(at + FrameFormat.RUN_AT, FrameFormat.ORDER) != config.run()
        || has(buffer, at, FrameFormat.KEYED) != digest.keyed()) {
      refuse(header, Refusal.MALFORMED, describe(buffer, at, length));
      return;
    }
    take(buffer, at, FrameFormat.MORE_BYTES, length, last);
  }

  private void take(DirectBuffer buffer, int at, int headBytes, int length, boolean last) {
    int body = length - headBytes - (last ? FrameFormat.TRAILER_BYTES : 0);
    long end = position + body;
    long total = metaBytes + payloadBytes;
    if (body < 0 || end > total || last && end != total) {
      refuse(header, Refusal.MALFORMED, describe(buffer, at, length));
      return;
    }
    int from = at + headBytes;
    int metaPart = (int) Math.min(Math.max(metaBytes - position, 0), body);
    if (metaPart > 0) {
      buffer.getBytes(from, meta, (int) position, metaPart);
      digest.update(meta, (int) position, metaPart);
    }
    int payloadPart = body - metaPart;
    if (payloadPart > 0 && payload != null) {
      payload.copyFrom(
          position + metaPart - metaBytes,
          buffer.addressOffset() + from + metaPart,
          payloadPart,
          digest);
    }
    position = end;
    if (last) {
      complete(buffer, from + body);
    }
  }

  private void complete(DirectBuffer buffer, int trailer) {
    Refusal wrong = digest.checkTrailer(buffer, trailer);
    if (wrong != null) {
      refuse(header, wrong, progress() + aboutKeys(wrong, digest.keyed()));
      state = State.IDLE;
      return;
    }
    FrameHeader complete = header;
    Lease lease = payload == null ? null : payload.lease();
    header = null;
    payload = null;
    state = State.IDLE;
    if (complete == null) {
      throw new IllegalStateException("a complete frame without header");
    }
    try {
      listener.received(
          complete,
          ByteBuffer.wrap(meta, 0, metaBytes).slice().asReadOnlyBuffer(),
          lease,
          payloadBytes);
      counters.framesReceived.increment();
      counters.bytesReceived.add(metaBytes + payloadBytes);
    } catch (RuntimeException e) {
      refuse(complete, Refusal.LISTENER_FAILED, e.toString());
      state = State.IDLE;
    }
  }

  /** Counts and reports; gives the memory back; skips what is left of the frame. */
  private void refuse(@Nullable FrameHeader whose, Refusal reason, String detail) {
    PayloadMemory held = payload;
    payload = null;
    header = null;
    waiting = false;
    state = State.SKIPPING;
    if (held != null) {
      held.lease().close();
    }
    counters.refused(reason);
    try {
      listener.refused(whose, reason, detail);
    } catch (RuntimeException e) {
      ChannelLog.LOG.warn("listener failed on the refusal of {}", whose, e);
    }
  }

  private static boolean has(DirectBuffer buffer, int at, short flag) {
    return (buffer.getShort(at + FrameFormat.FLAGS_AT, FrameFormat.ORDER) & flag) != 0;
  }

  private String progress() {
    return position + " of " + (metaBytes + payloadBytes) + " bytes were there";
  }

  private String describe(DirectBuffer buffer, int at, int length) {
    if (length < FrameFormat.MORE_BYTES) {
      return "fragment of " + length + " bytes (expected >= " + FrameFormat.MORE_BYTES + ")";
    }
    return "fragment of %d bytes: magic=%08x (expected %08x), version=%d (expected %d), type=%d, flags=%d, run=%d, frame=%d (expected %d), body offset=%d (expected %d)"
        .formatted(
            length,
            buffer.getInt(at + FrameFormat.MAGIC_AT, FrameFormat.ORDER),
            FrameFormat.MAGIC,
            buffer.getByte(at + FrameFormat.VERSION_AT),
            FrameFormat.VERSION,
            buffer.getByte(at + FrameFormat.TYPE_AT),
            buffer.getShort(at + FrameFormat.FLAGS_AT, FrameFormat.ORDER),
            buffer.getLong(at + FrameFormat.RUN_AT, FrameFormat.ORDER),
            buffer.getLong(at + FrameFormat.FRAME_AT, FrameFormat.ORDER),
            frame,
            buffer.getLong(at + FrameFormat.BODY_OFFSET_AT, FrameFormat.ORDER),
            position);
  }
}
