package org.estafette.actor.manage;

import java.util.OptionalInt;
import org.estafette.channel.ChannelStats;
import org.jspecify.annotations.Nullable;

/** What a node counts beside the run. Called from any thread, at each scrape. */
public interface NodeGauges {
  /** Vectors outside the heap that updates under way hold; empty before the channel is open. */
  OptionalInt vectorsOnLoan();

  /** Updates that wait to be decided on; empty where no actor of this node decides. */
  OptionalInt mailboxDepth();

  /** What the tensor channel has done; null before it is open. */
  @Nullable ChannelStats channel();
}
