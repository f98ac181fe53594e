package org.estafette.channel;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link ChannelStats}. */
final class ChannelCounters {
  final LongAdder framesSent = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder framesReceived = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();
  final LongAdder backPressured = new LongAdder();
  final LongAdder adminActions = new LongAdder();
  final LongAdder leaseWaits = new LongAdder();
  final LongAdder linksOpened = new LongAdder();
  final LongAdder linksLost = new LongAdder();
  final LongAdder sessionsOpened = new LongAdder();
  private final AtomicLongArray unsent = new AtomicLongArray(SendOutcome.values().length);
  private final AtomicLongArray refused = new AtomicLongArray(Refusal.values().length);

  void unsent(SendOutcome outcome) {
    unsent.incrementAndGet(outcome.ordinal());
  }

  void refused(Refusal reason) {
    refused.incrementAndGet(reason.ordinal());
  }

  ChannelStats snapshot() {
    Map<SendOutcome, Long> unsentNow = new EnumMap<>(SendOutcome.class);
    for (SendOutcome outcome : SendOutcome.values()) {
      long n = unsent.get(outcome.ordinal());
      if (n > 0) {
        unsentNow.put(outcome, n);
      }
    }
    Map<Refusal, Long> refusedNow = new EnumMap<>(Refusal.class);
    for (Refusal reason : Refusal.values()) {
      long n = refused.get(reason.ordinal());
      if (n > 0) {
        refusedNow.put(reason, n);
      }
    }
    return new ChannelStats(
        framesSent.sum(),
        bytesSent.sum(),
        framesReceived.sum(),
        bytesReceived.sum(),
        backPressured.sum(),
        adminActions.sum(),
        leaseWaits.sum(),
        linksOpened.sum(),
        linksLost.sum(),
        sessionsOpened.sum(),
        unsentNow,
        refusedNow);
  }
}
