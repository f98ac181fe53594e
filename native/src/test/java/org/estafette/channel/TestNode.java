package org.estafette.channel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** A channel with a listener that keeps a copy of all that it hears. */
final class TestNode implements ChannelListener, AutoCloseable {
  static final long RUN = 4711;
  private static final AtomicInteger NEXT = new AtomicInteger();

  /** What arrived. */
  record Arrival(FrameHeader header, byte[] meta, byte[] payload) {}

  /** What was refused. */
  record Refused(@Nullable FrameHeader header, Refusal reason, String detail) {}

  /** What became of a frame. */
  record Sent(SendOutcome outcome, String detail) {}

  final CountingPool pool = new CountingPool(1000);
  final CountingPool outgoing = new CountingPool(1000);
  final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
  final List<Refused> refusals = new CopyOnWriteArrayList<>();
  final List<Sent> sent = new CopyOnWriteArrayList<>();
  final List<Endpoint> peersLost = new CopyOnWriteArrayList<>();
  final List<String> lost = new CopyOnWriteArrayList<>();

  /** Keeps the leases of what arrives instead of closing them. */
  final List<Lease> kept = new CopyOnWriteArrayList<>();

  volatile boolean keep;
  final TensorChannel channel;

  private TestNode(ChannelConfig config, ChannelHooks hooks) {
    channel = TensorChannel.open(config, this, hooks);
  }

  static ChannelConfig.Builder config() {
    String name = "test-" + ProcessHandle.current().pid() + "-" + NEXT.incrementAndGet();
    return ChannelConfig.builder(name, RUN)
        .termLength(1 << 20)
        .udpMtu(ChannelConfig.LOOPBACK_MTU)
        .clientTimeout(Duration.ofSeconds(5))
        .driverTimeout(Duration.ofSeconds(5));
  }

  static ChannelConfig.Builder udpConfig() {
    return config().udp("127.0.0.1", 0);
  }

  static TestNode open(ChannelConfig.Builder config) {
    return new TestNode(config.build(), ChannelHooks.NONE);
  }

  static TestNode open(ChannelConfig.Builder config, ChannelHooks hooks) {
    return new TestNode(config.build(), hooks);
  }

  /** A channel without driver beside {@code host}. */
  static TestNode beside(TestNode host) {
    return open(config().directory(host.directory()).driver(ChannelConfig.Driver.ELSEWHERE));
  }

  Path directory() {
    return Path.of(channel.endpoint().directory());
  }

  static FrameHeader header(long sender, long sequence) {
    return new FrameHeader(RUN, sender, 1, sequence, 7);
  }

  static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  void send(TestNode to, FrameHeader header, byte[] meta, byte[] payload) {
    send(to.channel.endpoint(), header, meta, payload);
  }

  void send(Endpoint to, FrameHeader header, byte[] meta, byte[] payload) {
    Lease lease = null;
    if (payload.length > 0) {
      lease = outgoing.tryLease(payload.length);
      MemorySegment.copy(payload, 0, segment(lease), ValueLayout.JAVA_BYTE, 0, payload.length);
    }
    channel.send(
        to,
        header,
        meta,
        lease,
        payload.length,
        (outcome, detail) -> sent.add(new Sent(outcome, detail)));
  }

  static MemorySegment segment(Lease lease) {
    return ((Float32Vector) lease.vector()).segment();
  }

  void awaitArrivals(int count) {
    Await.until(() -> arrivals.size() >= count, this::toString);
  }

  void awaitRefusals(int count) {
    Await.until(() -> refusals.size() >= count, this::toString);
  }

  void awaitSent(int count) {
    Await.until(() -> sent.size() >= count, this::toString);
  }

  @Override
  public @Nullable Lease lease(FrameHeader header, long payloadBytes) {
    return pool.tryLease(payloadBytes);
  }

  @Override
  public void received(
      FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
    byte[] metaCopy = new byte[meta.remaining()];
    meta.get(metaCopy);
    byte[] copy = new byte[(int) payloadBytes];
    if (payload != null) {
      MemorySegment.copy(segment(payload), ValueLayout.JAVA_BYTE, 0, copy, 0, copy.length);
      if (keep) {
        kept.add(payload);
      } else {
        payload.close();
      }
    }
    arrivals.add(new Arrival(header, metaCopy, copy));
  }

  @Override
  public void refused(@Nullable FrameHeader header, Refusal reason, String detail) {
    refusals.add(new Refused(header, reason, detail));
  }

  @Override
  public void peerLost(Endpoint peer, String why) {
    peersLost.add(peer);
  }

  @Override
  public void channelLost(String why, @Nullable Throwable cause) {
    lost.add(why);
  }

  boolean directoryExists() {
    return Files.exists(directory())
        || Files.exists(directory().resolveSibling(directory().getFileName() + ".lock"));
  }

  @Override
  public void close() {
    channel.close();
  }

  @Override
  public String toString() {
    return "arrivals="
        + arrivals.size()
        + ", refusals="
        + refusals
        + ", sent="
        + sent.size()
        + ", lost="
        + lost
        + ", leases in="
        + pool.out()
        + ", leases out="
        + outgoing.out()
        + ", "
        + channel.stats();
  }
}
