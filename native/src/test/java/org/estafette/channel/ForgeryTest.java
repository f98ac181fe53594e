package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Somebody who can write to the network but has no key: makes frames, changes them, makes checksums
 * fit, and sends again what he has seen. Nothing of it is leased or heard, and the next frame is
 * fine.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ForgeryTest {
  private static final FrameKey KEY =
      FrameKey.of("a key of a cluster, 32 bytes all".getBytes(StandardCharsets.US_ASCII));
  private static final int META = 11;

  /** So little that a frame is one fragment. */
  private static final int PAYLOAD = 4000;

  private static final int BODY = META + PAYLOAD;
  private static final int TRAILER = FrameFormat.BEGIN_BYTES + BODY;
  private static final int LENGTH = TRAILER + FrameFormat.TRAILER_BYTES;
  private static final Set<Refusal> OF_A_HEAD =
      EnumSet.of(
          Refusal.WRONG_MAGIC,
          Refusal.WRONG_VERSION,
          Refusal.WRONG_RUN,
          Refusal.MALFORMED,
          Refusal.NO_BEGINNING,
          Refusal.NOT_AUTHENTIC);

  private enum Way {
    IPC,
    UDP
  }

  /** Changes the fragments that a node sends, when told to, and keeps those that it leaves. */
  private static final class Wire implements ChannelHooks {
    interface Change {
      void of(byte[] fragment);
    }

    final List<byte[]> seen = new ArrayList<>();
    private volatile @Nullable Change next;

    void next(Change change) {
      next = change;
    }

    @Override
    public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
      byte[] fragment = new byte[length];
      buffer.getBytes(offset, fragment);
      Change change = next;
      next = null;
      if (change == null) {
        synchronized (seen) {
          seen.add(fragment);
        }
      } else {
        change.of(fragment);
        buffer.putBytes(offset, fragment);
      }
    }

    byte[] last() {
      synchronized (seen) {
        return seen.getLast();
      }
    }
  }

  private static TestNode open(
      Way way, @Nullable TestNode beside, @Nullable FrameKey key, ChannelHooks hooks) {
    if (way == Way.UDP) {
      return TestNode.open(TestNode.udpConfig().key(key), hooks);
    }
    ChannelConfig.Builder config = TestNode.config().key(key);
    return TestNode.open(
        beside == null
            ? config
            : config.directory(beside.directory()).driver(ChannelConfig.Driver.ELSEWHERE),
        hooks);
  }

  private static void fitChecksums(byte[] fragment) {
    CRC32C crc = new CRC32C();
    crc.update(fragment, 0, FrameFormat.HEAD_BYTES);
    putInt(fragment, FrameFormat.HEAD_CRC_AT, (int) crc.getValue());
    crc.update(fragment, FrameFormat.BEGIN_BYTES, BODY);
    putInt(fragment, TRAILER, (int) crc.getValue());
  }

  private static void putInt(byte[] bytes, int at, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[at + i] = (byte) (value >>> 8 * i);
    }
  }

  /** Sends a frame that is changed on its way, then a sound one; returns what was refused. */
  private static TestNode.Refused refused(
      TestNode from, TestNode to, Wire wire, long sequence, Wire.Change change, String what) {
    Random random = new Random(sequence);
    int before = to.refusals.size();
    int arrived = to.arrivals.size();
    wire.next(change);
    from.send(
        to,
        TestNode.header(1, sequence),
        TestNode.bytes(random, META),
        TestNode.bytes(random, PAYLOAD));
    to.awaitRefusals(before + 1);
    byte[] sound = TestNode.bytes(random, PAYLOAD);
    from.send(to, TestNode.header(1, sequence + 1), TestNode.bytes(random, META), sound);
    to.awaitArrivals(arrived + 1);
    assertThat(to.arrivals).as(what).hasSize(arrived + 1);
    assertThat(to.arrivals.getLast().payload()).as(what).isEqualTo(sound);
    assertThat(to.refusals).as(what).hasSize(before + 1);
    assertThat(to.pool.out()).as(what).isZero();
    return to.refusals.getLast();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void shouldRefuseWhateverIsChangedThoughTheChecksumsFit(Way way) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Wire wire = new Wire();
    try (TestNode to = open(way, null, KEY, ChannelHooks.NONE);
        TestNode from = open(way, to, KEY, wire)) {
      for (int i = 0; i < 200; i++) {
        boolean ofHead = random.nextBoolean();
        int at =
            ofHead
                ? random.nextInt(FrameFormat.HEAD_BYTES)
                : random.nextInt(FrameFormat.HEAD_CODE_AT, LENGTH);
        // The trailer's checksum and zeros would only be made to fit again.
        if (at >= TRAILER && at < TRAILER + FrameFormat.TRAILER_CODE_AT) {
          at = TRAILER + FrameFormat.TRAILER_CODE_AT;
        }
        int where = at;
        int bits = 1 + random.nextInt(255);
        String what = "seed " + seed + ", change " + i + ": byte " + at + " ^ " + bits;
        long leased = to.pool.asked();
        Refusal reason =
            refused(
                    from,
                    to,
                    wire,
                    2L * i,
                    fragment -> {
                      fragment[where] ^= (byte) bits;
                      fitChecksums(fragment);
                    },
                    what)
                .reason();
        if (ofHead) {
          assertThat(reason).as(what).isIn(OF_A_HEAD);
        } else {
          assertThat(reason).as(what).isEqualTo(Refusal.NOT_AUTHENTIC);
        }
        boolean headJudged = at < FrameFormat.BEGIN_BYTES;
        assertThat(to.pool.asked() - leased).as(what).isEqualTo(headJudged ? 1 : 2);
      }
      assertThat(to.channel.stats().refusedTotal()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void shouldRefuseFramesThatWereSeenBefore(Way way) {
    Wire wire = new Wire();
    Wire others = new Wire();
    try (TestNode to = open(way, null, KEY, ChannelHooks.NONE);
        TestNode elsewhere = open(way, to, KEY, ChannelHooks.NONE);
        TestNode from = open(way, to, KEY, wire);
        TestNode other = open(way, to, KEY, others)) {
      byte[] meta = new byte[META];
      byte[] payload = new byte[PAYLOAD];
      from.send(to, TestNode.header(1, 0), meta, payload);
      other.send(to, TestNode.header(2, 0), meta, payload);
      to.awaitArrivals(2);
      byte[] own = wire.last();
      byte[] ofOther = others.last();
      from.send(elsewhere, TestNode.header(1, 1), meta, payload);
      elsewhere.awaitArrivals(1);
      byte[] toElsewhere = wire.last();
      elsewhere.send(from, TestNode.header(4, 0), meta, payload);
      from.awaitArrivals(1);

      long asked = to.pool.asked();
      assertThat(refused(from, to, wire, 10, replace(own), "sent again").reason())
          .isEqualTo(Refusal.REPLAYED);
      assertThat(refused(from, to, wire, 20, replace(ofOther), "of another stream").reason())
          .isEqualTo(Refusal.NOT_AUTHENTIC);
      assertThat(refused(from, to, wire, 30, replace(toElsewhere), "to another node").reason())
          .isEqualTo(Refusal.NOT_AUTHENTIC);
      assertThat(to.pool.asked() - asked).as("leases, of the sound ones only").isEqualTo(3);
    }
  }

  private static Wire.Change replace(byte[] by) {
    return fragment -> {
      assertThat(fragment).hasSameSizeAs(by);
      System.arraycopy(by, 0, fragment, 0, by.length);
    };
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void shouldRefuseAFrameFromWhichTheCodesWereTaken(Way way) {
    Wire wire = new Wire();
    try (TestNode to = open(way, null, KEY, ChannelHooks.NONE);
        TestNode from = open(way, to, KEY, wire)) {
      TestNode.Refused refused =
          refused(
              from,
              to,
              wire,
              0,
              fragment -> {
                fragment[FrameFormat.FLAGS_AT] &= (byte) ~FrameFormat.KEYED;
                for (int i = 0; i < FrameKey.CODE_BYTES; i++) {
                  fragment[FrameFormat.HEAD_CODE_AT + i] = 0;
                  fragment[TRAILER + FrameFormat.TRAILER_CODE_AT + i] = 0;
                }
                fitChecksums(fragment);
              },
              "downgraded");
      assertThat(refused.reason()).isEqualTo(Refusal.NOT_AUTHENTIC);
      assertThat(refused.detail()).contains("without an authentication code");
      assertThat(to.pool.asked()).as("of the sound one only").isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void shouldSayOnceWhatToDoWhereOnlyOneSideHasTheKey(Way way) {
    FrameKey other =
        FrameKey.of("another key of another cluster!!".getBytes(StandardCharsets.US_ASCII));
    assertThat(linesOf(way, KEY, null))
        .singleElement()
        .asString()
        .contains("this channel has a key", "give the sender's node the run's keys");
    assertThat(linesOf(way, null, KEY))
        .singleElement()
        .asString()
        .contains("this channel has no key", "security.keys");
    assertThat(linesOf(way, KEY, other))
        .singleElement()
        .asString()
        .contains("has another channel.key", "estafette keys show");
    assertThat(linesOf(way, KEY, KEY)).isEmpty();
    assertThat(linesOf(way, null, null)).isEmpty();
  }

  /** Warnings about keys that one frame leads to. */
  private static List<String> linesOf(
      Way way, @Nullable FrameKey receivers, @Nullable FrameKey senders) {
    return logged(() -> {
      try (TestNode to = open(way, null, receivers, ChannelHooks.NONE);
          TestNode from = open(way, to, senders, ChannelHooks.NONE)) {
        from.send(to, TestNode.header(1, 0), new byte[3], new byte[PAYLOAD]);
        boolean same = receivers == senders;
        if (same) {
          to.awaitArrivals(1);
        } else {
          to.awaitRefusals(1);
          assertThat(to.refusals.getLast().reason()).isEqualTo(Refusal.NOT_AUTHENTIC);
          assertThat(to.pool.asked()).isZero();
        }
        return to;
      }
    });
  }

  private static List<String> logged(Supplier<TestNode> exchange) {
    Logger logger = (Logger) LoggerFactory.getLogger(TensorChannel.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try {
      exchange.get();
      synchronized (appender) {
        return appender.list.stream()
            .map(ILoggingEvent::getFormattedMessage)
            .filter(line -> line.contains("refused a frame"))
            .toList();
      }
    } finally {
      logger.detachAppender(appender);
    }
  }
}
