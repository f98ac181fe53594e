package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Payloads beside the stream: what is damaged, missing or full costs a frame, or speed. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RingTest {
  private static final int PAYLOAD = 150_000;
  private static final byte[] META = {1, 2, 3};

  @TempDir Path folder;

  private static TestNode beside(TestNode host, ChannelConfig.Builder config, ChannelHooks hooks) {
    return TestNode.open(
        config.directory(host.directory()).driver(ChannelConfig.Driver.ELSEWHERE), hooks);
  }

  private static long rings(TestNode host) throws IOException {
    try (Stream<Path> files = Files.list(host.directory())) {
      return files.filter(f -> f.getFileName().toString().startsWith("ring-")).count();
    }
  }

  private static void sendAndAwait(TestNode from, TestNode to, int frames, int size) {
    int before = to.arrivals.size();
    for (int i = 0; i < frames; i++) {
      Await.until(() -> from.channel.queued(to.channel.endpoint()) < 16, from::toString);
      byte[] payload = TestNode.bytes(new Random(i), size + i);
      from.send(to, TestNode.header(1, i), META, payload);
    }
    to.awaitArrivals(before + frames);
    for (int i = 0; i < frames; i++) {
      assertThat(
              Arrays.equals(
                  to.arrivals.get(before + i).payload(), TestNode.bytes(new Random(i), size + i)))
          .as("payload of %s", i)
          .isTrue();
    }
  }

  @Test
  void aRingSmallerThanAPayloadShouldBeGoneRoundManyTimes() throws IOException {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = beside(host, TestNode.config().ringBytes(4096 * 3), ChannelHooks.NONE)) {
      sendAndAwait(guest, host, 40, 40_003);
      assertThat(rings(host)).isEqualTo(1);
      assertThat(host.refusals).isEmpty();
    }
  }

  @Test
  void aRingShouldGoWithItsSender() throws IOException {
    try (TestNode host = TestNode.open(TestNode.config())) {
      try (TestNode guest = TestNode.beside(host)) {
        sendAndAwait(guest, host, 2, PAYLOAD);
        assertThat(rings(host)).isEqualTo(1);
      }
      assertThat(rings(host)).isZero();
    }
  }

  @Test
  void withoutARingAllShouldGoThroughTheStream() throws IOException {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = beside(host, TestNode.config().ringBytes(0), ChannelHooks.NONE)) {
      sendAndAwait(guest, host, 5, PAYLOAD);
      assertThat(rings(host)).isZero();
    }
  }

  @Test
  void whereThereIsNoPlaceForARingNoneShouldBeMadeAndNothingLeftBehind() throws IOException {
    assertThat(RingWriter.create(folder.resolve("not there"), 1, 2, 4096)).isNull();
    Path other = Files.createDirectory(RingFile.path(folder, 1, 2));
    assertThat(RingWriter.create(folder, 1, 2, 4096)).isNull();
    assertThat(other).isDirectory();
  }

  @Test
  void aDamagedPieceShouldBeRefusedAndTheNextFrameBeFine() {
    Random random = new Random(5);
    int[] countdown = {-1};
    ChannelHooks damage =
        new ChannelHooks() {
          @Override
          public void outgoingBeside(long address, int length) {
            if (countdown[0]-- == 0) {
              UnsafeBuffer piece = new UnsafeBuffer(address, length);
              int at = random.nextInt(length);
              piece.putByte(at, (byte) (piece.getByte(at) ^ 1 << random.nextInt(8)));
            }
          }
        };
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = beside(host, TestNode.config(), damage)) {
      for (int i = 0; i < 40; i++) {
        countdown[0] = i % 4;
        guest.send(host, TestNode.header(1, 2 * i), META, TestNode.bytes(random, PAYLOAD));
        host.awaitRefusals(i + 1);
        byte[] sound = TestNode.bytes(random, PAYLOAD);
        guest.send(host, TestNode.header(1, 2 * i + 1), META, sound);
        host.awaitArrivals(i + 1);
        assertThat(host.arrivals.getLast().payload()).isEqualTo(sound);
      }
      assertThat(host.refusals).hasSize(40).allMatch(r -> r.reason() == Refusal.WRONG_CHECKSUM);
      assertThat(host.pool.out()).isZero();
    }
  }

  @Test
  void aDamagedPointerShouldLeadNowhereAndTheNextFrameBeFine() {
    int[] next = {-1};
    ChannelHooks damage =
        new ChannelHooks() {
          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
            int flags = buffer.getShort(offset + FrameFormat.FLAGS_AT, FrameFormat.ORDER);
            boolean more = buffer.getByte(offset + FrameFormat.TYPE_AT) == FrameFormat.MORE;
            if (next[0] >= 0 && more && (flags & FrameFormat.LAST) == 0) {
              int at = offset + FrameFormat.MORE_BYTES + next[0] / 8;
              buffer.putByte(at, (byte) (buffer.getByte(at) ^ 1 << next[0] % 8));
              next[0] = -1;
            }
          }
        };
    int bits = 8 * FrameFormat.POINTER_BYTES;
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = beside(host, TestNode.config(), damage)) {
      for (int bit = 0; bit < bits; bit++) {
        next[0] = bit;
        byte[] payload = TestNode.bytes(new Random(bit), PAYLOAD);
        guest.send(host, TestNode.header(1, 2L * bit), META, payload);
        guest.send(host, TestNode.header(1, 2L * bit + 1), META, payload);
        host.awaitArrivals(bit + 1);
        assertThat(host.arrivals.getLast().header().sequence()).isEqualTo(2L * bit + 1);
        assertThat(Arrays.equals(host.arrivals.getLast().payload(), payload)).isTrue();
      }
      assertThat(host.refusals)
          .hasSize(bits)
          .allMatch(r -> r.reason() == Refusal.MALFORMED || r.reason() == Refusal.WRONG_CHECKSUM);
      assertThat(host.pool.out()).isZero();
    }
  }

  @Test
  void aPointerFromAnotherMachineShouldLeadNowhere() {
    ChannelHooks pointing =
        new ChannelHooks() {
          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
            int at = offset + FrameFormat.FLAGS_AT;
            int flags = buffer.getShort(at, FrameFormat.ORDER) | FrameFormat.BESIDE;
            buffer.putShort(at, (short) flags, FrameFormat.ORDER);
            FrameFormat.putPointer(buffer, offset + FrameFormat.BEGIN_BYTES, 0, 64 - 16);
            byte[] head = new byte[FrameFormat.HEAD_BYTES];
            buffer.getBytes(offset, head);
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(head);
            buffer.putInt(
                offset + FrameFormat.HEAD_CRC_AT, (int) crc.getValue(), FrameFormat.ORDER);
          }
        };
    try (TestNode to = TestNode.open(TestNode.udpConfig());
        TestNode from = TestNode.open(TestNode.udpConfig(), pointing)) {
      from.send(to, TestNode.header(1, 0), new byte[0], new byte[64]);
      to.awaitRefusals(1);
      assertThat(to.refusals.getLast().reason()).isEqualTo(Refusal.MALFORMED);
      assertThat(to.arrivals).isEmpty();
    }
  }

  @Test
  void whatIsNoRingShouldNotBeOpened() throws IOException {
    Path path = folder.resolve("ring");
    Files.write(path, new byte[100]);
    assertThatThrownBy(() -> RingFile.open(path)).hasMessageContaining("100 bytes");
    Files.write(path, new byte[RingFile.DATA_AT + 4096]);
    assertThatThrownBy(() -> RingFile.open(path)).hasMessageContaining("magic=0");
    Files.delete(path);
    RingFile.create(path, 4096).close();
    try (RingFile ring = RingFile.open(path)) {
      assertThat(ring.capacity()).isEqualTo(4096);
    }
    byte[] bytes = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(bytes, bytes.length - 64));
    assertThatThrownBy(() -> RingFile.open(path)).hasMessageContaining("capacity=4096");
  }
}
