package org.estafette.channel;

import java.nio.ByteBuffer;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * What a channel asks and tells its owner. All methods are called on the channel's one thread: they
 * must be quick, never block, and hand work on.
 */
public interface ChannelListener {
  /**
   * Memory for a payload whose header and length have been validated. Null holds the sender back:
   * the channel asks again until there is a lease, or until the configured time is over.
   *
   * @param payloadBytes bytes that will arrive, at least 1; the vector must be float32 and at least
   *     that long
   */
  @Nullable Lease lease(FrameHeader header, long payloadBytes);

  /**
   * A frame is complete and its checksum right. The listener owns the lease from here on, also if
   * it throws.
   *
   * @param meta valid during this call only
   * @param payload null where the frame has no payload
   * @param payloadBytes how many bytes of the vector, from its start, the frame brought; the rest
   *     of the vector is as the pool gave it out
   */
  void received(FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes);

  /**
   * A frame was refused; the link lives on.
   *
   * @param header null where it could not be read or not be trusted
   */
  default void refused(@Nullable FrameHeader header, Refusal reason, String detail) {}

  /** The stream to a peer ended or never connected. The next send to it starts a new one. */
  default void peerLost(Endpoint peer, String why) {}

  /**
   * The channel has ended by itself: its media driver died, its directory vanished, or it failed.
   * All frames have been given back. Close it and open a new one.
   */
  void channelLost(String why, @Nullable Throwable cause);
}
