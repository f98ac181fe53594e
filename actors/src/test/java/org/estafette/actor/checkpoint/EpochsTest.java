package org.estafette.actor.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.estafette.actor.checkpoint.Fixtures.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two who would be the server, and one folder. */
class EpochsTest {
  @TempDir Path folder;

  @Test
  void shouldGiveEachServerAHigherEpochThanAllBefore() throws IOException {
    assertThat(Epochs.newestIn(folder)).isZero();
    assertThat(Epochs.claim(folder, 1, "a", 9).epoch()).isEqualTo(1);
    assertThat(Epochs.claim(folder, 1, "b", 9).epoch()).isEqualTo(2);
    assertThat(Epochs.claim(folder, 7, "of a checkpoint of epoch 6", 9).epoch()).isEqualTo(7);
    assertThat(Epochs.claim(folder, 3, "c", 9).epoch()).isEqualTo(8);
    assertThat(Epochs.newestIn(folder)).isEqualTo(8);
  }

  @Test
  void shouldTellTheRunAndTheProcessOfTheHighestEpoch() throws IOException {
    assertThat(Epochs.process(folder)).isEmpty();
    assertThat(Epochs.run(folder)).isEmpty();
    Epochs.claim(folder, 1, "of this process 1", 9);
    assertThat(Epochs.process(folder)).hasValue(ProcessHandle.current().pid());
    assertThat(Epochs.run(folder)).hasValue(9);
    Path claim = folder.resolve("epochs").resolve("epoch-00000002");
    Files.writeString(claim, "one on another machine, process 5\nrun 9\nprocess 4711\n");
    assertThat(Epochs.process(folder)).hasValue(4711);
    Files.writeString(claim, "of a release that did not say it\nrun 9\n");
    assertThat(Epochs.process(folder)).isEmpty();
  }

  @Test
  void shouldGiveNoEpochTwiceHoweverManyClaimAtATime() throws Exception {
    int claimers = 16;
    Set<Long> epochs = new ConcurrentSkipListSet<>();
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService all = Executors.newFixedThreadPool(claimers)) {
      List<Future<?>> claims =
          IntStream.range(0, claimers)
              .<Future<?>>mapToObj(i ->
                  all.submit(() -> {
                    go.await();
                    return epochs.add(Epochs.claim(folder, 1, "claimer " + i, 9).epoch());
                  }))
              .toList();
      go.countDown();
      for (Future<?> claim : claims) {
        assertThat(claim.get()).isEqualTo(true);
      }
    }
    assertThat(epochs).hasSize(claimers).contains(1L, (long) claimers);
  }

  @Test
  void shouldTellAServerThatItWasSuperseded() throws IOException {
    Epochs.Claim former = Epochs.claim(folder, 1, "10.0.0.1:25520, process 12", 9);
    former.check();
    Epochs.claim(folder, 1, "10.0.0.2:25520, process 34", 9).check();
    assertThatThrownBy(former::check)
        .isInstanceOf(Epochs.SupersededException.class)
        .hasMessageContaining("epoch=1 (expected 2)")
        .hasMessageContaining("10.0.0.2:25520, process 34")
        .hasMessageContaining("10.0.0.1:25520, process 12, must end");
  }

  @Test
  void shouldLetASupersededServerWriteNothing() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 3);
    store.guard(WriteGuard.of(Epochs.claim(folder, 1, "former", 9)));
    store.write(checkpoint(1));
    Epochs.claim(folder, 1, "successor", 9);
    assertThatThrownBy(() -> store.write(checkpoint(2)))
        .isInstanceOf(Epochs.SupersededException.class);
    assertThat(store.latest().checkpoint().version()).isEqualTo(1);
    try (var files = Files.list(folder)) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("epochs", "version-00000001");
    }
  }

  @Test
  void shouldGiveNoNameToACheckpointWhoseServerIsSupersededWhileItIsWritten() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 3);
    Epochs.Claim former = Epochs.claim(folder, 1, "former", 9);
    int[] writes = {0};
    store.guard(
        WriteGuard.of(former)
            .and((step, path) -> {
              if (step.equals("write") && writes[0]++ == 3) {
                Epochs.claim(folder, 1, "successor", 9);
              }
            }));
    assertThatThrownBy(() -> store.write(checkpoint(5)))
        .isInstanceOf(Epochs.SupersededException.class);
    assertThat(writes[0]).isGreaterThan(3);
    assertThat(store.list()).isEmpty();
  }

  @Test
  void shouldKeepWholeWhatTwoWriteIntoOneFolderAtATime() throws Exception {
    // Without claims, as two processes of an older release would: each file and folder is one's
    // own.
    CheckpointStore one = new CheckpointStore(folder, 100);
    CheckpointStore other = new CheckpointStore(folder, 100);
    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      Future<?> odd =
          both.submit(() -> {
            for (long version = 1; version < 40; version += 2) {
              one.write(checkpoint(version));
            }
            return null;
          });
      for (long version = 2; version < 40; version += 2) {
        try {
          other.write(checkpoint(version));
        } catch (IOException e) {
          // The other has taken the half-written one away as a leftover, or a leftover is gone
          // before
          // it is looked at: refused, never half there.
          assertThat(e).hasMessageContaining("-version-");
        }
      }
      try {
        odd.get();
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e).hasMessageContaining("-version-");
      }
    }
    for (Path path : one.list()) {
      assertThat(CheckpointStore.verify(path).ok()).as(path.toString()).isTrue();
    }
    assertThat(one.list()).isNotEmpty();
  }

  @Test
  void shouldGiveTheNameOfASupersededCheckpointToTheSuccessors() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 3);
    store.write(checkpoint(4));
    store.setAside(store.latest().checkpoint());
    store.write(checkpoint(4));
    assertThat(store.latest().checkpoint().version()).isEqualTo(4);
    assertThat(folder.resolve("superseded-version-00000004-1")).isDirectory();
  }
}
