package org.estafette.channel;

import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Sends vectors to other channels and receives theirs, without a copy on the heap: through shared
 * memory where both ends are on one machine, through UDP otherwise.
 *
 * <p>Delivery is in order per peer and at most once: what arrives is complete and unchanged; what
 * does not arrive is counted with a reason on the side that noticed. A receiver without free memory
 * holds its senders back.
 *
 * <p>All methods may be called by any thread.
 */
public final class TensorChannel implements AutoCloseable {
  private final ChannelConfig config;
  private final ChannelAgent agent;
  private final Endpoint endpoint;

  private TensorChannel(ChannelConfig config, ChannelAgent agent) {
    this.config = config;
    this.agent = agent;
    this.endpoint = agent.start();
  }

  /**
   * Opens a channel, with the media driver where {@code config} says so.
   *
   * @throws ChannelException where the directory is in use, shared memory is too small, the port is
   *     taken, or no driver is where one is expected
   */
  public static TensorChannel open(ChannelConfig config, ChannelListener listener) {
    return open(config, listener, ChannelHooks.NONE);
  }

  static TensorChannel open(ChannelConfig config, ChannelListener listener, ChannelHooks hooks) {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new ChannelException(
          "byte order=" + ByteOrder.nativeOrder() + " (expected LITTLE_ENDIAN, as on the wire)",
          null);
    }
    return new TensorChannel(config, new ChannelAgent(config, listener, hooks));
  }

  /** Where others reach this channel. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Queues a frame that carries a whole vector.
   *
   * @see #send(Endpoint, FrameHeader, byte[], Lease, long, SendCallback)
   */
  public void send(
      Endpoint to, FrameHeader header, byte[] meta, @Nullable Lease payload, SendCallback done) {
    long bytes = payload == null ? 0 : PayloadMemory.capacity(payload.vector());
    send(to, header, meta, payload, bytes, done);
  }

  /**
   * Queues a frame. The channel takes {@code payload} over, unless it throws, and closes it when
   * the last byte is in the stream or when the frame fails; nobody may change the vector until
   * then.
   *
   * @param header whose run must be the channel's
   * @param meta what the receiver needs besides the vector; not copied, not to be changed until
   *     done
   * @param payload null for none
   * @param payloadBytes how many bytes of the vector to send, from its start
   * @param done told once what became of the frame, also where it was not taken at all
   * @throws IllegalArgumentException where the frame could never be delivered: wrong run, meta or
   *     payload above the limit or longer than the vector, not float32, an endpoint that this
   *     channel cannot reach
   */
  public void send(
      Endpoint to,
      FrameHeader header,
      byte[] meta,
      @Nullable Lease payload,
      long payloadBytes,
      SendCallback done) {
    send(to, header, meta, payload, payloadBytes, -1, done);
  }

  /**
   * Queues a frame of which one bit is changed after its checksum was made, as a bad network would:
   * the receiver must refuse it. For faults that are brought about on purpose.
   *
   * @param bit of meta and payload, taken modulo their length
   * @see #send(Endpoint, FrameHeader, byte[], Lease, long, SendCallback)
   */
  public void sendDamaged(
      Endpoint to,
      FrameHeader header,
      byte[] meta,
      @Nullable Lease payload,
      long payloadBytes,
      long bit,
      SendCallback done) {
    long bits = 8 * (meta.length + payloadBytes);
    if (bits <= 0) {
      throw new IllegalArgumentException("a frame without meta and payload has no bit to change");
    }
    send(to, header, meta, payload, payloadBytes, Math.floorMod(bit, bits), done);
  }

  private void send(
      Endpoint to,
      FrameHeader header,
      byte[] meta,
      @Nullable Lease payload,
      long payloadBytes,
      long damaged,
      SendCallback done) {
    Objects.requireNonNull(done, "done");
    if (header.run() != config.run()) {
      throw new IllegalArgumentException(
          "run=" + header.run() + " (expected " + config.run() + ")");
    }
    if (meta.length > config.maxMetaBytes()) {
      throw new IllegalArgumentException(
          "meta=" + meta.length + " bytes (expected <= " + config.maxMetaBytes() + ")");
    }
    if (to.udp() == null && !endpoint.sharesMemoryWith(to)) {
      throw new IllegalArgumentException(
          to
              + " listens to shared memory only and is not served by "
              + config.directory()
              + " (expected a UDP address for a peer on another machine or driver)");
    }
    checkPayload(payload, payloadBytes);
    PayloadMemory memory =
        payload != null && payloadBytes > 0 ? PayloadMemory.of(payload, payloadBytes) : null;
    if (payload != null && memory == null) {
      payload.close();
    }
    agent.send(new OutFrame(to, header, meta, memory, damaged, done));
  }

  private void checkPayload(@Nullable Lease payload, long bytes) {
    long capacity = payload == null ? 0 : PayloadMemory.capacity(payload.vector());
    if (capacity < 0) {
      throw new IllegalArgumentException(
          "payload is " + payload + " (expected a lease on a float32 vector)");
    }
    if (bytes < 0 || bytes > capacity || bytes > config.maxPayloadBytes()) {
      throw new IllegalArgumentException(
          "payloadBytes="
              + bytes
              + " (expected 0 to "
              + Math.min(capacity, config.maxPayloadBytes())
              + ": the vector, and the channel's limit)");
    }
  }

  /** Frames that wait for {@code to}, the one under way included; at most as configured. */
  public int queued(Endpoint to) {
    return agent.queued(to);
  }

  /** Gives up on a peer that is known to be gone: fails its frames and frees its stream. */
  public void forget(Endpoint peer) {
    agent.forget(peer);
  }

  /**
   * Ends the media driver that this channel runs, as a crash would: the channel is lost, here and
   * wherever the driver is shared. For faults that are brought about on purpose.
   *
   * @return false where another JVM runs the driver; then nothing happens
   */
  public boolean killDriver() {
    return agent.killDriver();
  }

  /**
   * While {@code full} says so, no stream to a peer can be opened here, as where shared memory has
   * no room for its buffers. For faults that are brought about on purpose.
   */
  public void sharedMemoryFull(BooleanSupplier full) {
    agent.full = full;
  }

  /** What has happened so far. */
  public ChannelStats stats() {
    return agent.counters.snapshot();
  }

  /**
   * Ends the channel: frames under way fail with {@link SendOutcome#CHANNEL_CLOSED}, all leases are
   * given back, and an own driver's directory is deleted. Does nothing the second time.
   */
  @Override
  public void close() {
    agent.close();
  }
}
