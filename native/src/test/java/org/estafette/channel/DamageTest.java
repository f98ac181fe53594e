package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A damaged or forbidden frame is refused and counted once; the next one is fine. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DamageTest {
  /** So much that a frame takes five fragments. */
  private static final int PAYLOAD = 150_000;

  private static final int FRAGMENTS = 5;

  private final Saboteur saboteur = new Saboteur();
  private final Random random = new Random(77);
  private TestNode host;
  private TestNode guest;
  private int round;

  /** Flips one bit of one fragment, when told to. */
  private static final class Saboteur implements ChannelHooks {
    private volatile int countdown = -1;
    private volatile int position;
    private volatile int mask;

    /** Damages byte {@code at} (negative: from the end) of the fragment {@code number} from now. */
    void arm(int number, int byteAt, int bit) {
      mask = 1 << bit;
      position = byteAt;
      countdown = number;
    }

    @Override
    public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
      int left = countdown;
      if (left < 0) {
        return;
      }
      countdown = left - 1;
      if (left == 0) {
        int i = offset + (position < 0 ? length + position : position);
        buffer.putByte(i, (byte) (buffer.getByte(i) ^ mask));
      }
    }
  }

  @BeforeEach
  void open() {
    host = TestNode.open(TestNode.config());
    // All of a frame in its fragments; RingTest damages what lies beside them.
    guest = beside(TestNode.config().ringBytes(0), saboteur);
  }

  @AfterEach
  void close() {
    guest.close();
    host.close();
    assertThat(host.pool.out()).isZero();
    assertThat(host.pool.closedTwice()).isZero();
    assertThat(guest.outgoing.out()).isZero();
    assertThat(guest.outgoing.closedTwice()).isZero();
  }

  private TestNode beside(ChannelConfig.Builder config, ChannelHooks hooks) {
    return TestNode.open(
        config.directory(host.directory()).driver(ChannelConfig.Driver.ELSEWHERE), hooks);
  }

  /** Sends a frame that will be damaged and a sound one; returns why the first was refused. */
  private Refusal refusalOfDamaged(int fragment, int byteAt, int bit) {
    int refused = host.refusals.size();
    int arrived = host.arrivals.size();
    saboteur.arm(fragment, byteAt, bit);
    guest.send(host, TestNode.header(1, round++), new byte[10], TestNode.bytes(random, PAYLOAD));
    byte[] sound = TestNode.bytes(random, PAYLOAD);
    FrameHeader header = TestNode.header(1, round++);
    guest.send(host, header, new byte[10], sound);
    host.awaitArrivals(arrived + 1);
    String where = "fragment " + fragment + ", byte " + byteAt + ", bit " + bit;
    assertThat(host.arrivals).as(where).hasSize(arrived + 1);
    TestNode.Arrival arrival = host.arrivals.getLast();
    assertThat(arrival.header()).as(where).isEqualTo(header);
    assertThat(Arrays.equals(arrival.payload(), sound)).as(where).isTrue();
    assertThat(host.refusals).as(where).hasSize(refused + 1);
    assertThat(host.pool.out()).as(where).isZero();
    host.arrivals.clear();
    return host.refusals.getLast().reason();
  }

  @Test
  void shouldRefuseAFrameOfWhichAnyByteOfTheHeadIsWrong() {
    for (int i = 0; i < FrameFormat.HEAD_CRC_AT + 4; i++) {
      Refusal expected =
          i < FrameFormat.VERSION_AT
              ? Refusal.WRONG_MAGIC
              : i == FrameFormat.VERSION_AT ? Refusal.WRONG_VERSION : null;
      Refusal refusal = refusalOfDamaged(0, i, i % 8);
      if (expected != null) {
        assertThat(refusal).isEqualTo(expected);
      } else {
        assertThat(refusal).isIn(Refusal.CORRUPT_HEADER, Refusal.MALFORMED, Refusal.NO_BEGINNING);
      }
    }
  }

  @Test
  void shouldRefuseAFrameOfWhichAnyByteOfALaterHeaderIsWrong() {
    for (int i = 0; i < FrameFormat.MORE_BYTES; i++) {
      for (int fragment = 1; fragment < FRAGMENTS; fragment++) {
        assertThat(refusalOfDamaged(fragment, i, (i + 3) % 8))
            .isIn(
                Refusal.WRONG_MAGIC,
                Refusal.WRONG_VERSION,
                Refusal.CORRUPT_HEADER,
                Refusal.MALFORMED);
      }
    }
  }

  @Test
  void shouldRefuseAFrameOfWhichAnyByteOfMetaOrPayloadIsWrong() {
    for (int metaByte = 0; metaByte < 10; metaByte++) {
      assertThat(refusalOfDamaged(0, FrameFormat.BEGIN_BYTES + metaByte, metaByte % 8))
          .isEqualTo(Refusal.WRONG_CHECKSUM);
    }
    for (int i = 0; i < 60; i++) {
      int at = FrameFormat.BEGIN_BYTES + 10 + random.nextInt(18_000);
      assertThat(refusalOfDamaged(i % (FRAGMENTS - 1), at, random.nextInt(8)))
          .isEqualTo(Refusal.WRONG_CHECKSUM);
    }
  }

  @Test
  void shouldRefuseAFrameWhoseTrailerIsWrong() {
    for (int i = 1; i <= FrameFormat.TRAILER_BYTES; i++) {
      assertThat(refusalOfDamaged(FRAGMENTS - 1, -i, i % 8))
          .isEqualTo(i <= FrameKey.CODE_BYTES ? Refusal.NOT_AUTHENTIC : Refusal.WRONG_CHECKSUM);
    }
  }

  @Test
  void shouldRefuseAFrameWhoseBeginningIsMissing() {
    ChannelHooks beheader =
        new ChannelHooks() {
          private boolean first = true;

          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
            if (first) {
              buffer.putByte(offset + FrameFormat.TYPE_AT, FrameFormat.MORE);
              first = false;
            }
          }
        };
    try (TestNode headless = beside(TestNode.config(), beheader)) {
      headless.send(host, TestNode.header(2, 0), new byte[0], new byte[PAYLOAD]);
      headless.send(host, TestNode.header(2, 1), new byte[0], new byte[PAYLOAD]);
      host.awaitArrivals(1);
      assertThat(host.arrivals.getFirst().header().sequence()).isEqualTo(1);
      assertThat(host.refusals).hasSize(1);
      assertThat(host.refusals.getFirst().reason()).isEqualTo(Refusal.NO_BEGINNING);
    }
  }

  @Test
  void shouldRefuseALengthBombBeforeAnythingIsLeased() {
    ChannelHooks bomb =
        new ChannelHooks() {
          private long length = Long.MAX_VALUE;

          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int size) {
            buffer.putLong(offset + FrameFormat.PAYLOAD_BYTES_AT, length, FrameFormat.ORDER);
            length = length == Long.MAX_VALUE ? -1 : Long.MIN_VALUE;
            byte[] head = new byte[FrameFormat.HEAD_BYTES];
            buffer.getBytes(offset, head);
            CRC32C crc = new CRC32C();
            crc.update(head);
            buffer.putInt(
                offset + FrameFormat.HEAD_CRC_AT, (int) crc.getValue(), FrameFormat.ORDER);
          }
        };
    try (TestNode bomber = beside(TestNode.config(), bomb)) {
      for (int i = 0; i < 3; i++) {
        bomber.send(host, TestNode.header(2, i), new byte[0], new byte[8]);
      }
      host.awaitRefusals(3);
      assertThat(host.refusals).allMatch(r -> r.reason() == Refusal.TOO_LONG);
      assertThat(host.pool.asked()).isZero();
    }
  }

  @Test
  void shouldRefuseAMetaBombBeforeAnythingIsAllocated() {
    ChannelHooks bomb =
        new ChannelHooks() {
          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int size) {
            buffer.putInt(offset + FrameFormat.META_BYTES_AT, Integer.MAX_VALUE, FrameFormat.ORDER);
            byte[] head = new byte[FrameFormat.HEAD_BYTES];
            buffer.getBytes(offset, head);
            CRC32C crc = new CRC32C();
            crc.update(head);
            buffer.putInt(
                offset + FrameFormat.HEAD_CRC_AT, (int) crc.getValue(), FrameFormat.ORDER);
          }
        };
    try (TestNode bomber = beside(TestNode.config(), bomb)) {
      bomber.send(host, TestNode.header(2, 0), new byte[0], new byte[8]);
      host.awaitRefusals(1);
      assertThat(host.refusals.getLast().reason()).isEqualTo(Refusal.TOO_LONG);
      assertThat(host.pool.asked()).isZero();
    }
  }

  @Test
  void shouldRefuseFramesOfAnotherRun() {
    ChannelConfig other =
        ChannelConfig.builder("other", TestNode.RUN + 1)
            .directory(host.directory())
            .driver(ChannelConfig.Driver.ELSEWHERE)
            .termLength(1 << 20)
            .build();
    try (TensorChannel stranger = TensorChannel.open(other, guest)) {
      stranger.send(
          host.channel.endpoint(),
          new FrameHeader(TestNode.RUN + 1, 9, 1, 0, 0),
          new byte[3],
          guest.outgoing.tryLease(300_000),
          SendCallback.IGNORE);
      host.awaitRefusals(1);
      guest.send(host, TestNode.header(1, 0), new byte[0], new byte[100]);
      host.awaitArrivals(1);
    }
    assertThat(host.refusals).hasSize(1);
    assertThat(host.refusals.getLast().reason()).isEqualTo(Refusal.WRONG_RUN);
    assertThat(host.pool.asked()).isEqualTo(1);
  }

  @Test
  void shouldRefuseFramesWithoutTheKeyOrWithAnotherKeyBeforeAnythingIsLeased() {
    FrameKey key = FrameKey.of("the key of the run".getBytes(StandardCharsets.UTF_8));
    FrameKey wrong = FrameKey.of("the key of nobody".getBytes(StandardCharsets.UTF_8));
    try (TestNode guarded = beside(TestNode.config().key(key), ChannelHooks.NONE);
        TestNode friend = beside(TestNode.config().key(key), ChannelHooks.NONE);
        TestNode thief = beside(TestNode.config().key(wrong), ChannelHooks.NONE)) {
      byte[] payload = new byte[100_000];
      guest.send(guarded, TestNode.header(1, 0), new byte[0], payload);
      thief.send(guarded, TestNode.header(2, 0), new byte[0], payload);
      guarded.awaitRefusals(2);
      assertThat(guarded.refusals).allMatch(r -> r.reason() == Refusal.NOT_AUTHENTIC);
      assertThat(guarded.pool.asked()).isZero();
      friend.send(guarded, TestNode.header(3, 0), new byte[0], payload);
      guarded.awaitArrivals(1);
      friend.send(host, TestNode.header(3, 1), new byte[0], payload);
      host.awaitRefusals(1);
      assertThat(host.refusals.getLast().reason()).isEqualTo(Refusal.NOT_AUTHENTIC);
    }
  }

  @Test
  void shouldNoticeADamageThatTheChecksumWasMadeToFit() {
    FrameKey key = FrameKey.of("the key of the run".getBytes(StandardCharsets.UTF_8));
    int payload = 1000;
    ChannelHooks forger =
        new ChannelHooks() {
          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
            int body = offset + FrameFormat.BEGIN_BYTES;
            buffer.putByte(body + 5, (byte) 42);
            byte[] covered = new byte[FrameFormat.HEAD_BYTES + payload];
            buffer.getBytes(offset, covered, 0, FrameFormat.HEAD_BYTES);
            buffer.getBytes(body, covered, FrameFormat.HEAD_BYTES, payload);
            CRC32C crc = new CRC32C();
            crc.update(covered);
            buffer.putInt(body + payload, (int) crc.getValue(), FrameFormat.ORDER);
          }
        };
    try (TestNode guarded = beside(TestNode.config().key(key), ChannelHooks.NONE);
        TestNode forged = beside(TestNode.config().key(key), forger)) {
      forged.send(guarded, TestNode.header(1, 0), new byte[0], new byte[payload]);
      guarded.awaitRefusals(1);
      assertThat(guarded.refusals.getLast().reason()).isEqualTo(Refusal.NOT_AUTHENTIC);
      assertThat(guarded.pool.out()).isZero();
    }
  }
}
