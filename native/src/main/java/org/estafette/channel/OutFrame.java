package org.estafette.channel;

import java.util.concurrent.atomic.AtomicInteger;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** A frame on its way out: what it carries, and how far it has come. */
final class OutFrame {
  final Endpoint to;
  final FrameHeader header;
  final byte[] meta;
  final @Nullable PayloadMemory payload;
  private final SendCallback callback;
  private boolean done;

  /** Bit of meta and payload that is changed behind the checksum's back; -1 for none. */
  final long damaged;

  /** Bytes of meta and payload in the stream. */
  long position;

  boolean begun;

  /** Whether its last fragment is in the stream. */
  boolean ended;

  /** Where this frame counts against its peer's limit, from being queued to being finished. */
  @Nullable AtomicInteger queued;

  OutFrame(
      Endpoint to,
      FrameHeader header,
      byte[] meta,
      @Nullable PayloadMemory payload,
      long damaged,
      SendCallback callback) {
    this.to = to;
    this.header = header;
    this.meta = meta;
    this.payload = payload;
    this.damaged = damaged;
    this.callback = callback;
  }

  long payloadBytes() {
    return payload == null ? 0 : payload.bytes();
  }

  long bodyBytes() {
    return meta.length + payloadBytes();
  }

  /** Gives the lease back and tells the sender, once. */
  void finish(SendOutcome outcome, String detail) {
    if (done) {
      return;
    }
    done = true;
    if (payload != null) {
      Lease lease = payload.lease();
      lease.close();
    }
    if (queued != null) {
      queued.decrementAndGet();
    }
    try {
      callback.done(outcome, detail);
    } catch (RuntimeException e) {
      ChannelLog.LOG.warn("callback of {} to {} failed on {}", header, to, outcome, e);
    }
  }
}
