package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChannelConfigTest {
  private static ChannelConfig.Builder config() {
    return ChannelConfig.builder("a/b c", 1);
  }

  @Test
  void shouldNameTheDirectoryAfterUserAndNode() {
    Path directory = config().build().directory();
    assertThat(directory.getFileName().toString()).startsWith("estafette-").endsWith("-a_b_c");
    assertThat(directory.getParent()).isEqualTo(ShmCheck.sharedMemory());
  }

  @Test
  void shouldNameTheValueThatIsOutOfRange() {
    assertThatThrownBy(() -> config().termLength(3 << 20).build())
        .hasMessage("termLength=3145728 (expected a power of two from 64 KiB to 1 GiB)");
    assertThatThrownBy(() -> config().udpMtu(1500).build())
        .hasMessage("udpMtu=1500 (expected a multiple of 32 from 256 to 65504)");
    assertThatThrownBy(() -> config().udp("localhost", 70_000).build())
        .hasMessage("udpPort=70000 (expected 0 to 65535)");
    assertThatThrownBy(() -> config().queueFrames(0).build())
        .hasMessage("queueFrames=0 (expected >= 1)");
    assertThatThrownBy(() -> config().leaseTimeout(Duration.ZERO).build())
        .hasMessage("leaseTimeout=PT0S (expected > 0)");
    assertThatThrownBy(() -> new Endpoint("h", "/d", 0, null))
        .hasMessage("stream=0 (expected > 0)");
    assertThatThrownBy(() -> new Endpoint("h", "/d", 1, "host|term-length=64k"))
        .hasMessageContaining("(expected host:port)");
    assertThatThrownBy(() -> FrameKey.of(new byte[15]))
        .hasMessage("key of 15 bytes (expected at least 16)");
  }

  @Test
  void shouldNeverShowTheKey() {
    FrameKey key = FrameKey.of("do not show me, please".getBytes(StandardCharsets.UTF_8));
    assertThat(config().key(key).build().toString())
        .contains("FrameKey[hidden]")
        .doesNotContain("do not show");
  }

  @Test
  void shouldCountThreePartsPerStreamOrTheRingBesideThem() {
    long needed = ShmCheck.needed(2, 1 << 20);
    assertThat(needed - ShmCheck.needed(0, 1 << 20)).isEqualTo(2 * (3L * (1 << 20) + 4096));
    long small = ShmCheck.needed(1, 1 << 16) - ShmCheck.needed(0, 1 << 16);
    assertThat(small).isEqualTo(3L * (1 << 16) + RingFile.bytes(2 << 16) + 4096);
    ShmCheck enough = ShmCheck.of(Path.of("/dev/shm/not-there/at-all"), 1);
    assertThat(enough.enough()).isTrue();
    assertThat(enough.place()).isNotEqualTo(Path.of("/dev/shm/not-there/at-all"));
    ShmCheck tooLittle = new ShmCheck(Path.of("/dev/shm"), 64L << 20, 200L << 20);
    assertThat(tooLittle.enough()).isFalse();
    assertThat(tooLittle.message())
        .contains("/dev/shm: 64 MiB free (expected >= 200 MiB")
        .contains("docker run --shm-size");
  }
}
