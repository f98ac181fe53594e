package org.estafette.channel;

import io.aeron.driver.MediaDriver;
import org.agrona.MutableDirectBuffer;

/** Where the tests of this package reach in: to lose packets and to damage fragments. */
interface ChannelHooks {
  /** Nothing of the kind. */
  ChannelHooks NONE = new ChannelHooks() {};

  /** Before the embedded driver starts. */
  default void driver(MediaDriver.Context context) {}

  /** Before a fragment of {@code length} bytes is committed to the stream. */
  default void outgoing(MutableDirectBuffer buffer, int offset, int length) {}

  /** Before a fragment is committed whose piece of payload lies at {@code address}, beside it. */
  default void outgoingBeside(long address, int length) {}
}
