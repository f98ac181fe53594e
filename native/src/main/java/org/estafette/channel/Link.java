package org.estafette.channel;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Queue;
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

  private static final SecureRandom RANDOM = new SecureRandom();

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
  private @Nullable ExclusivePublication publication;
  private @Nullable FragmentWriter fragments;
  private boolean everConnected;
  private long unconnectedSince;
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
      FragmentWriter writer = fragments == null ? begin(stream) : fragments;
      long result = writer.next(frame);
      if (result < 0) {
        handle(result, stream);
        return sent;
      }
      if (frame.ended) {
        waiting.remove();
        counters.framesSent.increment();
        counters.bytesSent.add(frame.bodyBytes());
        frame.finish(SendOutcome.SENT, "");
      }
      sent++;
    }
    return sent;
  }

  /** The stream's key is made for its session, and its ring is named by it. */
  private FragmentWriter begin(ExclusivePublication stream) {
    int session = stream.sessionId();
    FrameKey key = config.key();
    FrameDigest digest =
        new FrameDigest(
            key == null ? null : FrameCode.ofSender(key.ofStream(config.run(), to, session)));
    // Should two links ever get the same session and so the same key, their numbers differ.
    long first = key == null ? 0 : RANDOM.nextLong() >>> 2;
    RingWriter ring =
        route.sharedMemory() && config.ring() > 0
            ? RingWriter.create(config.directory(), route.stream(), session, config.ring())
            : null;
    FragmentWriter writer = new FragmentWriter(stream, digest, first, ring, hooks);
    fragments = writer;
    return writer;
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

  void over(SendOutcome why, String detail) {
    if (end == null) {
      end = why;
      endDetail = detail;
    }
  }

  /** Gives the stream back; its frames are the caller's business. */
  void close() {
    if (fragments != null) {
      fragments.close();
    }
    if (publication != null) {
      publication.close();
    } else if (!aeron.isClosed()) {
      aeron.asyncRemovePublication(registration);
    }
  }
}
