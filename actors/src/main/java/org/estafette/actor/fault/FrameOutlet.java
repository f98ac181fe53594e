package org.estafette.actor.fault;

import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.SendCallback;
import org.estafette.memory.Lease;

/** Where frames leave a node: the tensor channel itself, or what stands before it. */
@FunctionalInterface
public interface FrameOutlet extends AutoCloseable {
  /**
   * Sends a frame; the lease passes to the outlet, unless it throws.
   *
   * @throws IllegalArgumentException where the frame could never be delivered
   */
  void send(
      Endpoint to, FrameHeader frame, byte[] meta, Lease payload, long bytes, SendCallback done);

  /** Gives back what is held. */
  @Override
  default void close() {}
}
