package org.estafette.bench.channel;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.ChannelListener;
import org.estafette.channel.ChannelStats;
import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.Refusal;
import org.estafette.channel.SendOutcome;
import org.estafette.channel.TensorChannel;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** The tensor channel as a node would use it: checksum, header checks, listener and all. */
final class ChannelPath implements Route, ChannelListener {
  static final long RUN = 1;
  static final byte[] NO_META = {};
  private static final long PATIENCE_SECONDS = 60;

  private final TensorChannel channel;
  private final Lease source;
  private final Lease answer;
  private final long sourceBytes;
  private @Nullable Endpoint peer;
  private long sequence;
  private volatile CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable String failure;

  // Used by the channel's thread between the first send of a round and the end of its latch.
  private long[] nanos = new long[0];
  private int next;
  private long started;
  private long finished;
  private int pingBytes;

  ChannelPath(ChannelConfig config, Float32Vector source, Float32Vector answer) {
    this.source = Lease.unpooled(source);
    this.sourceBytes = source.length() * Float.BYTES;
    this.answer = Lease.unpooled(answer);
    this.channel = TensorChannel.open(config, this);
  }

  Endpoint endpoint() {
    return channel.endpoint();
  }

  ChannelStats stats() {
    return channel.stats();
  }

  void connect(Endpoint to) {
    peer = to;
  }

  @Override
  public long send() {
    done = new CountDownLatch(1);
    nanos = new long[0];
    started = System.nanoTime();
    sendFrame(sourceBytes);
    await();
    return finished - started;
  }

  @Override
  public long[] pingPong(int bytes, int count) {
    done = new CountDownLatch(1);
    long[] times = new long[count];
    nanos = times;
    next = 0;
    pingBytes = bytes;
    started = System.nanoTime();
    sendFrame(bytes);
    await();
    return times;
  }

  private void sendFrame(long bytes) {
    Endpoint to = peer;
    if (to == null) {
      throw new IllegalStateException("not connected");
    }
    FrameHeader header = new FrameHeader(RUN, 1, 1, sequence++, 0);
    channel.send(to, header, NO_META, source, bytes, this::sent);
  }

  private void sent(SendOutcome outcome, String detail) {
    if (outcome != SendOutcome.SENT) {
      fail(outcome + ": " + detail);
    }
  }

  private void await() {
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no answer within 60 s; " + channel.stats());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public Lease lease(FrameHeader header, long payloadBytes) {
    return answer;
  }

  @Override
  public void received(
      FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
    long now = System.nanoTime();
    if (next >= nanos.length) {
      finished = now;
      done.countDown();
      return;
    }
    nanos[next++] = now - started;
    if (next == nanos.length) {
      done.countDown();
    } else {
      started = System.nanoTime();
      sendFrame(pingBytes);
    }
  }

  @Override
  public void refused(@Nullable FrameHeader header, Refusal reason, String detail) {
    fail(reason + ": " + detail);
  }

  @Override
  public void channelLost(String why, @Nullable Throwable cause) {
    fail(why);
  }

  private void fail(String why) {
    failure = why;
    done.countDown();
  }

  @Override
  public void close() {
    channel.close();
  }
}
