package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Killed senders, killed drivers, deleted directories. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DeathTest {
  private static final byte[] NO_META = {};

  private static ChannelConfig.Builder impatient() {
    return TestNode.config()
        .clientTimeout(Duration.ofSeconds(1))
        .driverTimeout(Duration.ofSeconds(1));
  }

  private static void awaitLine(Process process, String line) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String seen = out.readLine();
    while (seen != null && !seen.contains(line)) {
      seen = out.readLine();
    }
    assertThat(seen).as("line of the child").isNotNull();
  }

  @Test
  void shouldFreeTheHalfFilledVectorOfASenderThatWasKilledInsideAClaim() throws Exception {
    try (TestNode host = TestNode.open(impatient())) {
      Process child = ChildSender.start("sender", host.channel.endpoint());
      try {
        awaitLine(child, ChildSender.STOPPED);
        Await.until(() -> host.pool.out() == 1, host::toString);
        child.destroyForcibly();
        host.awaitRefusals(1);
      } finally {
        child.destroyForcibly();
      }
      assertThat(host.refusals.getFirst().reason()).isEqualTo(Refusal.ABANDONED);
      assertThat(host.refusals.getFirst().header().sender()).isEqualTo(99);
      assertThat(host.pool.out()).isZero();
      assertThat(host.arrivals).isEmpty();
      host.send(host, TestNode.header(1, 0), NO_META, new byte[100_000]);
      host.awaitArrivals(1);
    }
  }

  @Test
  void shouldSayThatTheDriverIsGoneAndStartAgainInItsDirectory() throws Exception {
    ChannelConfig.Builder config = impatient();
    Path directory = config.build().directory();
    Process child = ChildSender.start("driver", new Endpoint("-", directory.toString(), 1, null));
    try {
      awaitLine(child, ChildSender.READY);
      try (TestNode guest =
          TestNode.open(impatient().directory(directory).driver(ChannelConfig.Driver.ELSEWHERE))) {
        guest.pool.limit(0);
        guest.send(guest, TestNode.header(1, 0), NO_META, new byte[20_000_000]);
        child.destroyForcibly();
        Await.until(() -> !guest.lost.isEmpty(), guest::toString);
        assertThat(guest.lost.getFirst()).contains("no media driver in " + directory);
        assertThat(guest.sent.getFirst().outcome()).isEqualTo(SendOutcome.CHANNEL_LOST);
        assertThat(guest.outgoing.out()).isZero();
        guest.send(guest, TestNode.header(1, 1), NO_META, new byte[10]);
        assertThat(guest.sent.getLast().outcome()).isEqualTo(SendOutcome.CHANNEL_CLOSED);
      }
      assertThat(Files.exists(directory)).as("what kill -9 leaves behind").isTrue();
      child.waitFor();
      try (TestNode successor = TestNode.open(config)) {
        successor.send(successor, TestNode.header(1, 0), NO_META, new byte[10]);
        successor.awaitArrivals(1);
      }
      assertThat(Files.exists(directory)).isFalse();
    } finally {
      child.destroyForcibly();
      IoUtil.delete(directory.toFile(), true);
      Files.deleteIfExists(directory.resolveSibling(directory.getFileName() + ".lock"));
    }
  }

  @Test
  void shouldSayThatTheDirectoryWasDeleted() {
    try (TestNode node = TestNode.open(TestNode.config());
        TestNode guest = TestNode.beside(node)) {
      IoUtil.delete(node.directory().toFile(), false);
      Await.until(() -> !node.lost.isEmpty() && !guest.lost.isEmpty(), node::toString);
      assertThat(node.lost.getFirst()).contains("was deleted");
      assertThat(guest.lost.getFirst()).contains("was deleted");
    }
  }
}
