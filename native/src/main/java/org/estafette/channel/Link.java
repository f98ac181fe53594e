package org.estafette.channel;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.BufferClaim;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Queue;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stream to one peer, and the frames that wait for it. Used by the channel's thread only.
 *
 * <p>A link that never connects, or whose connection ends, fails all its frames and is over; the
 * next send makes a new one.
 */
final class Link {
  /**
   * Fragments sent in a row before others have their turn. Few, because the driver's turn is what
   * makes room in the stream again.
   */
  private static final int SLICE = 4;

  /** A small frame is cut into this many fragments, but into none shorter than the smallest. */
  static final int SMALLEST = 8 << 10;

  private static final int CUTS = 4;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Bodies are cut at multiples of a cache line, so that aligned payloads stay aligned. */
  private static final int ALIGNMENT = 64;

  /** How the stream to {@code to} is called in Aeron. */
  record Route(String channel, int stream, boolean sharedMemory) {}

  private final Endpoint to;
  private final Route route;
  private final ChannelConfig config;
  private final ChannelCounters counters;
  private final ChannelHooks hooks;
  private final Aeron aeron;
  private final long registration;
  private final Queue<OutFrame> waiting = new ArrayDeque<>();
  private final BufferClaim claim = new BufferClaim();
  private @Nullable ExclusivePublication publication;

  /** Of the stream, once there is one: its key is made for its session. */
  private FrameDigest digest = new FrameDigest(null);

  private boolean everConnected;
  private long unconnectedSince;
  private long frameNumber;
  private @Nullable SendOutcome end;
  private String endDetail = "";

  Link(
      Endpoint to,
      Route route,
      ChannelConfig config,
      ChannelCounters counters,
      ChannelHooks hooks,
      Aeron aeron,
      long now) {
    this.to = to;
    this.route = route;
    this.config = config;
    this.counters = counters;
    this.hooks = hooks;
    this.aeron = aeron;
    this.unconnectedSince = now;
    this.registration = aeron.asyncAddExclusivePublication(route.channel(), route.stream());
    counters.linksOpened.increment();
  }

  Endpoint to() {
    return to;
  }

  void add(OutFrame frame) {
    waiting.add(frame);
  }

  /** Why the link is over; null while it lives. */
  @Nullable SendOutcome end() {
    return end;
  }

  String endDetail() {
    return endDetail;
  }

  /** The next frame that an ended link leaves behind, or null. */
  @Nullable OutFrame pollLeft() {
    return waiting.poll();
  }

  /** Sends a slice; returns the number of fragments sent. */
  int send(long now) {
    if (end != null) {
      return 0;
    }
    ExclusivePublication stream = publication;
    if (stream == null) {
      stream = open();
      if (stream == null) {
        whileUnconnected(now);
        return 0;
      }
      publication = stream;
      FrameKey key = config.key();
      if (key != null) {
        digest =
            new FrameDigest(FrameCode.ofSender(key.ofStream(config.run(), to, stream.sessionId())));
        // Should two links ever get the same session and so the same key, their numbers differ.
        frameNumber = RANDOM.nextLong() >>> 2;
      }
    }
    if (stream.isConnected()) {
      everConnected = true;
      unconnectedSince = now;
    } else {
      whileUnconnected(now);
      return 0;
    }
    int sent = 0;
    while (sent < SLICE) {
      OutFrame frame = waiting.peek();
      if (frame == null) {
        return sent;
      }
      long result = sendFragment(stream, frame);
      if (result < 0) {
        handle(result, stream);
        return sent;
      }
      sent++;
    }
    return sent;
  }

  private @Nullable ExclusivePublication open() {
    try {
      return aeron.getExclusivePublication(registration);
    } catch (RegistrationException e) {
      over(SendOutcome.NO_STREAM, route.channel() + ": " + e.getMessage());
      return null;
    } catch (AeronException | IllegalStateException e) {
      // The client is ending: the channel notices at its next turn and says why.
      return null;
    }
  }

  private void whileUnconnected(long now) {
    if (everConnected && route.sharedMemory()) {
      // In shared memory a reader that went away does not come back; between machines it may.
      over(SendOutcome.PEER_LOST, "the peer closed its end of " + route.channel());
      return;
    }
    long limit = (everConnected ? config.peerTimeout() : config.connectTimeout()).toNanos();
    if (now - unconnectedSince > limit) {
      over(
          everConnected ? SendOutcome.PEER_LOST : SendOutcome.NOT_CONNECTED,
          to
              + " silent for "
              + (now - unconnectedSince) / 1_000_000
              + " ms > limit="
              + limit / 1_000_000);
    }
  }

  private void handle(long result, ExclusivePublication stream) {
    if (result == Publication.BACK_PRESSURED) {
      counters.backPressured.increment();
    } else if (result == Publication.ADMIN_ACTION) {
      counters.adminActions.increment();
    } else if (result == Publication.MAX_POSITION_EXCEEDED || result == Publication.CLOSED) {
      over(
          SendOutcome.PEER_LOST,
          "stream "
              + route.channel()
              + (result == Publication.CLOSED ? " closed" : " used up at position ")
              + (result == Publication.CLOSED ? "" : stream.position()));
    }
    // NOT_CONNECTED: the next round sees it in isConnected().
  }

  /** Puts the frame's next fragment into the stream; returns Aeron's answer. */
  private long sendFragment(ExclusivePublication stream, OutFrame frame) {
    int headBytes = frame.begun ? FrameFormat.MORE_BYTES : FrameFormat.BEGIN_BYTES;
    int room = Math.min(stream.maxPayloadLength(), fragmentBytes(frame)) - headBytes;
    long left = frame.bodyBytes() - frame.position;
    boolean last = left + FrameFormat.TRAILER_BYTES <= room;
    int metaPart = (int) Math.min(Math.max(frame.meta.length - frame.position, 0), room);
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
      write(frame, claim.buffer(), claim.offset(), headBytes, metaPart, payloadPart, last);
      if (frame.damaged >= 0) {
        damage(frame, claim.buffer(), claim.offset() + headBytes, metaPart + payloadPart);
      }
      hooks.outgoing(claim.buffer(), claim.offset(), length);
      written = true;
    } finally {
      if (written) {
        claim.commit();
      } else {
        claim.abort();
      }
    }
    frame.begun = true;
    frame.position += metaPart + payloadPart;
    if (last) {
      waiting.remove();
      frameNumber++;
      counters.framesSent.increment();
      counters.bytesSent.add(frame.bodyBytes());
      frame.finish(SendOutcome.SENT, "");
    }
    return result;
  }

  /** Changes the frame's damaged bit, where it lies in this fragment's part of the body. */
  private static void damage(OutFrame frame, MutableDirectBuffer buffer, int body, int length) {
    long at = frame.damaged / 8 - frame.position;
    if (at >= 0 && at < length) {
      int index = body + (int) at;
      buffer.putByte(index, (byte) (buffer.getByte(index) ^ 1 << (int) (frame.damaged % 8)));
    }
  }

  /**
   * How large the fragments of a frame are at most: a small frame is cut into a few, so that the
   * receiver copies the first ones while the sender copies the next.
   */
  private static int fragmentBytes(OutFrame frame) {
    return (int) Math.max(SMALLEST, Math.min(frame.bodyBytes() / CUTS, Integer.MAX_VALUE));
  }

  private void write(
      OutFrame frame,
      MutableDirectBuffer buffer,
      int at,
      int headBytes,
      int metaPart,
      int payloadPart,
      boolean last) {
    byte type = frame.begun ? FrameFormat.MORE : FrameFormat.BEGIN;
    int flags = (last ? FrameFormat.LAST : 0) | (digest.keyed() ? FrameFormat.KEYED : 0);
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
    if (payloadPart > 0 && frame.payload != null) {
      long from = frame.position + metaPart - frame.meta.length;
      long address = buffer.addressOffset() + to + metaPart;
      frame.payload.copyTo(from, address, payloadPart, digest);
    }
    if (last) {
      digest.putTrailer(buffer, to + metaPart + payloadPart);
    }
  }

  void over(SendOutcome why, String detail) {
    if (end == null) {
      end = why;
      endDetail = detail;
    }
  }

  /** Gives the stream back; its frames are the caller's business. */
  void close() {
    if (publication != null) {
      publication.close();
    } else if (!aeron.isClosed()) {
      aeron.asyncRemovePublication(registration);
    }
  }
}
