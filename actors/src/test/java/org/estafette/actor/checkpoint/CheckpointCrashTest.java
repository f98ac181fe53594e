package org.estafette.actor.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.estafette.actor.checkpoint.Fixtures.assertWhole;
import static org.estafette.actor.checkpoint.Fixtures.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.checkpoint.CrashPoints.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops the world before every change to the file system, and looks at what a restart finds. */
class CheckpointCrashTest {
  @TempDir Path folder;

  /** Not an Exception: nothing in the store may catch it and tidy up. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  private record Taken(Step step, Path path) {}

  /** Crashes at one step, and can then take from the disk what nobody had forced onto it. */
  private static final class Disk implements CrashPoints {
    private final int crashAt;
    private final List<Taken> taken = new ArrayList<>();

    Disk(int crashAt) {
      this.crashAt = crashAt;
    }

    @Override
    public void before(Step step, Path path) {
      if (taken.size() == crashAt) {
        throw new Crash();
      }
      taken.add(new Taken(step, path));
    }

    /**
     * A power failure: files lose what was not forced; a rename that was not forced is undone.
     *
     * @param forcing false: as if forcing did nothing, to prove that this test would notice
     */
    void losePower(boolean forcing) throws IOException {
      for (int i = taken.size() - 1; i >= 0; i--) {
        Taken t = taken.get(i);
        if (t.step() == Step.RENAME && !forced(i, Step.FORCE_FOLDER, t.path().getParent())) {
          Path before = origin(i, t.path());
          if (Files.exists(t.path()) && !Files.exists(before)) {
            Files.move(t.path(), before);
          }
        }
      }
      for (int i = 0; i < taken.size(); i++) {
        Taken t = taken.get(i);
        boolean lost = !forcing || !forced(i, Step.FORCE, t.path());
        if (t.step() == Step.OPEN && lost) {
          truncate(t.path());
          truncate(target(t.path().getParent()).resolve(t.path().getFileName()));
        }
      }
    }

    private boolean forced(int after, Step step, Path path) {
      return taken.subList(after, taken.size()).contains(new Taken(step, path));
    }

    private Path origin(int at, Path renamed) {
      String name = renamed.getFileName().toString();
      if (name.startsWith(".deleting-")) {
        return renamed.resolveSibling(name.substring(10));
      }
      return taken.subList(0, at).reversed().stream()
          .filter(t -> t.step() == Step.MAKE_FOLDER)
          .findFirst()
          .orElseThrow()
          .path();
    }

    private static Path target(Path writing) {
      return writing.resolveSibling(
          writing.getFileName().toString().replaceFirst("^\\.writing-(version-\\d+).*", "$1"));
    }

    private static void truncate(Path file) throws IOException {
      if (Files.exists(file)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(channel.size() / 2);
        }
      }
    }
  }

  @Test
  void shouldFindTheOldOrTheNewOneAfterACrashAtAnyStep() throws IOException {
    int steps = crashEverywhere("process", disk -> {}, true);
    assertThat(steps).isGreaterThan(30);
  }

  @Test
  void shouldFindTheOldOrTheNewOneAfterAPowerFailureAtAnyStep() throws IOException {
    crashEverywhere("power", disk -> disk.losePower(true), true);
  }

  @Test
  void shouldNoticeIfForcingWereLeftOut() throws IOException {
    int[] torn = {0};
    crashEverywhere(
        "careless",
        disk -> {
          disk.losePower(false);
          torn[0]++;
        },
        false);
    assertThat(torn[0]).isPositive();
    assertThat(unsound).isPositive();
  }

  private int unsound;

  private interface Aftermath {
    void happen(Disk disk) throws IOException;
  }

  /** Cheaper than writing it again: nothing is forced to the disk. */
  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : from.toFile().list()) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
  }

  /** Returns the number of steps that a write takes. */
  private int crashEverywhere(String name, Aftermath aftermath, boolean demandSound)
      throws IOException {
    Path old = new CheckpointStore(folder.resolve(name), 1).write(checkpoint(1));
    for (int crashAt = 0; ; crashAt++) {
      Path root = folder.resolve(name + crashAt);
      copy(old, root.resolve(old.getFileName()));
      Disk disk = new Disk(crashAt);
      boolean finished = true;
      try {
        new CheckpointStore(root, 1, disk).write(checkpoint(2));
      } catch (Crash e) {
        finished = false;
      }
      aftermath.happen(disk);
      CheckpointStore restarted = new CheckpointStore(root, 1);
      CheckpointStore.Search search = restarted.latest();
      if (demandSound) {
        String where = name + ", crash before step " + crashAt + " " + disk.taken;
        assertThat(search.corrupt()).as(where).isEmpty();
        assertThat(search.checkpoint()).as(where).isNotNull();
        assertThat(search.checkpoint().version()).as(where).isIn(finished ? 2L : 1L, 2L);
        assertWhole(search.checkpoint());
        restarted.write(checkpoint(3));
        assertThat(restarted.latest().checkpoint().version()).isEqualTo(3);
        assertThat(root.toFile().list()).as(where).containsExactly("version-00000003");
      } else if (!search.corrupt().isEmpty() || search.checkpoint() == null) {
        unsound++;
      }
      if (finished) {
        return crashAt;
      }
    }
  }
}
