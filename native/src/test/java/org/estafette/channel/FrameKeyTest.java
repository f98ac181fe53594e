package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** One key for each stream, and codes as the standard has them. */
class FrameKeyTest {
  private static final FrameKey KEY =
      FrameKey.of("a key of a cluster, 32 bytes all".getBytes(StandardCharsets.US_ASCII));

  @Test
  void shouldGiveEachStreamAKeyOfItsOwn() {
    Endpoint a = new Endpoint("host", "/dev/shm/a", 5, null);
    List<SecretKey> keys = new ArrayList<>();
    keys.add(KEY.ofStream(1, a, 9));
    keys.add(KEY.ofStream(2, a, 9));
    keys.add(KEY.ofStream(1, a, 10));
    keys.add(KEY.ofStream(1, new Endpoint("host", "/dev/shm/a", 6, null), 9));
    keys.add(KEY.ofStream(1, new Endpoint("host", "/dev/shm/b", 5, null), 9));
    keys.add(KEY.ofStream(1, new Endpoint("other", "/dev/shm/a", 5, null), 9));
    keys.add(KEY.ofStream(1, new Endpoint("host/", "dev/shm/a", 5, null), 9));
    keys.add(
        FrameKey.of("another key of another cluster!!".getBytes(StandardCharsets.US_ASCII))
            .ofStream(1, a, 9));
    assertThat(keys).doesNotHaveDuplicates().allMatch(k -> k.getEncoded().length == 32);
    assertThat(KEY.ofStream(1, new Endpoint("host", "/dev/shm/a", 5, "10.0.0.1:9"), 9))
        .as("by which address it is reached does not matter")
        .isEqualTo(keys.getFirst());
  }

  @Test
  void shouldMakeTheCodesOfTheStandardWhateverThePieces() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    SecretKey key = new SecretKeySpec(TestNode.bytes(random, 32), "ChaCha20");
    FrameCode sender = FrameCode.ofSender(key);
    FrameCode receiver = FrameCode.ofReceiver(key);
    byte[] head = TestNode.bytes(random, FrameFormat.HEAD_BYTES);
    for (int i = 0; i < 50; i++) {
      String what = "seed " + seed + ", frame " + i;
      byte[] body = TestNode.bytes(random, random.nextInt(40_000));
      long frame = random.nextLong();
      sender.begin(FrameCode.FRAME, frame, head);
      receiver.begin(FrameCode.FRAME, frame, head);
      feed(sender, body, random);
      feed(receiver, body, random);
      UnsafeBuffer code = new UnsafeBuffer(new byte[FrameKey.CODE_BYTES]);
      sender.put(code, 0);
      Cipher whole = Cipher.getInstance("ChaCha20-Poly1305");
      whole.init(
          Cipher.ENCRYPT_MODE,
          key,
          new IvParameterSpec(
              ByteBuffer.allocate(12).put(0, FrameCode.FRAME).putLong(4, frame).array()));
      whole.updateAAD(head);
      whole.updateAAD(body);
      assertThat(code.byteArray()).as(what).isEqualTo(whole.doFinal());
      assertThat(receiver.matches(code, 0)).as(what).isTrue();
      receiver.begin(FrameCode.HEAD, frame, head);
      assertThat(receiver.matches(code, 0)).as(what + ", as a head's").isFalse();
    }
  }

  private static void feed(FrameCode code, byte[] body, Random random) {
    for (int done = 0; done < body.length; ) {
      int part = Math.min(body.length - done, 1 + random.nextInt(PayloadMemory.PIECE));
      if (random.nextBoolean()) {
        code.update(body, done, part);
      } else {
        ByteBuffer direct = ByteBuffer.allocateDirect(part).put(body, done, part).flip();
        code.update(direct);
        assertThat(direct.hasRemaining()).isFalse();
      }
      done += part;
    }
  }
}
