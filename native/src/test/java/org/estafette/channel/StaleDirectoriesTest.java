package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is swept out of shared memory, and what is not. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StaleDirectoriesTest {
  @TempDir Path place;

  private Path directory(String name) throws IOException {
    String prefix = ChannelConfig.directoryFor("").getFileName().toString();
    Path directory = Files.createDirectory(place.resolve(prefix + name));
    Files.writeString(directory.resolve("cnc.dat"), "of a driver that was killed");
    Files.writeString(directory.resolveSibling(directory.getFileName() + ".lock"), "x");
    return aged(directory);
  }

  private static Path aged(Path path) throws IOException {
    return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  @Test
  void shouldRemoveADirectoryAndItsLockThatNobodyHolds() throws IOException {
    Path dead = directory("run-1");
    Path lockOnly =
        aged(Files.writeString(dead.resolveSibling(dead.getFileName() + "2.lock"), "x"));

    assertThat(StaleDirectories.sweep(place))
        .containsExactly(dead, dead.resolveSibling(dead.getFileName() + "2"));
    assertThat(lockOnly).doesNotExist();
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void shouldRemoveWhatADriverLeftThatWasKilledWhileItStarted() throws IOException {
    Path begun = directory("begun");
    // Long enough for the control file's head, all of it zero: made, and not written yet.
    Files.write(begun.resolve("cnc.dat"), new byte[1 << 20]);
    aged(begun);
    assertThat(StaleDirectories.sweep(place)).containsExactly(begun);
  }

  @Test
  void shouldLeaveWhatIsYoungAndWhatIsOfOthers() throws IOException {
    Path young = directory("young");
    Files.setLastModifiedTime(young, FileTime.from(Instant.now()));
    Path other = aged(Files.createDirectory(place.resolve("estafette-somebody-else-run-1")));
    Path foreign = aged(Files.createDirectory(place.resolve("aeron-root")));
    Path unlocked = directory("unlocked");
    Files.delete(unlocked.resolveSibling(unlocked.getFileName() + ".lock"));
    assertThat(StaleDirectories.sweep(place)).isEmpty();
    assertThat(young).isDirectory();
    assertThat(other).isDirectory();
    assertThat(foreign).isDirectory();
    assertThat(unlocked).isDirectory();
  }

  @Test
  void shouldLeaveTheDirectoryOfALiveDriverHoweverOldItIs() throws Exception {
    try (TestNode node = TestNode.open(TestNode.config())) {
      aged(node.directory());
      aged(node.directory().resolveSibling(node.directory().getFileName() + ".lock"));
      assertThat(StaleDirectories.find()).doesNotContain(node.directory());
      StaleDirectories.sweep();
      assertThat(node.directory()).isDirectory();
      node.send(node, TestNode.header(1, 0), new byte[0], new byte[10]);
      node.awaitArrivals(1);
    }
  }

  @Test
  void shouldLeaveADirectoryWhoseProcessIsFrozen() throws Exception {
    String prefix = ChannelConfig.directoryFor("").getFileName().toString();
    Path directory = place.resolve(prefix + "frozen");
    Process child = ChildSender.start("driver", new Endpoint("-", directory.toString(), 1, null));
    try {
      BufferedReader out =
          new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      while (line != null && !line.contains(ChildSender.READY)) {
        line = out.readLine();
      }
      assertThat(line).isNotNull();
      assertThat(new ProcessBuilder("kill", "-STOP", "" + child.pid()).start().waitFor()).isZero();
      aged(directory);
      assertThat(StaleDirectories.sweep(place)).as("its lock is held").isEmpty();
      assertThat(directory).isDirectory();
      child.destroyForcibly();
      child.waitFor();
      assertThat(StaleDirectories.sweep(place)).containsExactly(directory);
      assertThat(directory).doesNotExist();
    } finally {
      child.destroyForcibly();
      IoUtil.delete(directory.toFile(), true);
    }
  }
}
