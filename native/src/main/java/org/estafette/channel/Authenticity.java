package org.estafette.channel;

import java.util.EnumMap;
import java.util.Map;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a receiving channel knows about keys: those of its streams, which frames of a stream were
 * begun already, and how often it has complained. Used by the channel's thread only.
 */
final class Authenticity {
  /** What is wrong with the key of a frame. */
  enum Fault {
    /** The frame has no code. */
    SENDER_WITHOUT_KEY(
        "it came without an authentication code, and this channel has a key (expected a key on both"
            + " sides): give the sender's node the run's keys, or begin the run without"
            + " security.keys"),
    /** The frame has a code that nobody can check here. */
    RECEIVER_WITHOUT_KEY(
        "it came with an authentication code, and this channel has no key (expected a key on both"
            + " sides or on none): give this node the run's keys as security.keys"),
    /** The code is wrong. */
    OTHER_KEY(
        "its authentication code is wrong: the sender has another channel.key, or somebody made or"
            + " changed the frame (expected the same channel.key in the security.keys of both"
            + " nodes; `estafette keys show` tells them apart)"),
    /** The frame was begun before. */
    SEEN("a frame of that number was begun before in this stream: somebody sends it again");

    private final String sentence;

    Fault(String sentence) {
      this.sentence = sentence;
    }

    String sentence() {
      return sentence;
    }
  }

  /** Numbers of frames are not negative. */
  private static final long BEFORE_ALL = -1;

  private final @Nullable FrameKey key;
  private final long run;
  private final Endpoint self;
  private final String name;
  private final Long2LongHashMap newest = new Long2LongHashMap(BEFORE_ALL);
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);

  Authenticity(ChannelConfig config, Endpoint self) {
    this.key = config.key();
    this.run = config.run();
    this.name = config.name();
    this.self = self;
  }

  /** For the frames of a session; null without a key. */
  @Nullable FrameCode code(int session) {
    return key == null ? null : FrameCode.ofReceiver(key.ofStream(run, self, session));
  }

  /**
   * Whether no frame of this number or a later one was begun in the session, also before the stream
   * was interrupted: a session that is over may be imitated, its frames may not.
   */
  boolean isNew(int session, long frame) {
    return frame > newest.get(session);
  }

  /** An authentic frame was begun. Sessions are as many as peers ever connected. */
  void begun(int session, long frame) {
    newest.put(session, frame);
  }

  /** Says what is wrong in the log, ever more seldom: at the 1st, 2nd, 4th, 8th … time. */
  String complain(Fault fault, String from) {
    long count = faults.merge(fault, 1L, Long::sum);
    if (Long.bitCount(count) == 1) {
      ChannelLog.LOG.warn(
          "channel {} refused a frame from {}: {} (so far {})",
          name,
          from,
          fault.sentence(),
          count);
    }
    return fault.sentence();
  }
}
