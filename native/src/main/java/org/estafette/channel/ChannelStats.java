package org.estafette.channel;

import java.util.Map;

/**
 * What a channel has done since it was opened.
 *
 * @param framesSent frames whose last byte is in a stream
 * @param bytesSent their bytes of meta and payload
 * @param framesReceived frames handed to the listener
 * @param bytesReceived their bytes of meta and payload
 * @param backPressured times that a peer's stream was full
 * @param adminActions times that a stream had to be tried again because of its own housekeeping
 * @param leaseWaits frames for which a sender was held back because there was no lease
 * @param linksOpened streams to peers opened
 * @param linksLost streams to peers ended, or never connected
 * @param sessionsOpened streams from senders that appeared
 * @param unsent frames that were not sent, by outcome
 * @param refused frames that were not delivered, by reason
 */
public record ChannelStats(
    long framesSent,
    long bytesSent,
    long framesReceived,
    long bytesReceived,
    long backPressured,
    long adminActions,
    long leaseWaits,
    long linksOpened,
    long linksLost,
    long sessionsOpened,
    Map<SendOutcome, Long> unsent,
    Map<Refusal, Long> refused) {
  /** Copies the maps; reasons that never occurred are absent from them. */
  public ChannelStats {
    unsent = Map.copyOf(unsent);
    refused = Map.copyOf(refused);
  }

  /** Frames refused for {@code reason}. */
  public long refused(Refusal reason) {
    return refused.getOrDefault(reason, 0L);
  }

  /** Frames refused for any reason. */
  public long refusedTotal() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Frames not sent because of {@code outcome}. */
  public long unsent(SendOutcome outcome) {
    return unsent.getOrDefault(outcome, 0L);
  }
}
