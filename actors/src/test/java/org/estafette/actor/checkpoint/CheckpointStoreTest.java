package org.estafette.actor.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.estafette.actor.checkpoint.Fixtures.LAYOUT;
import static org.estafette.actor.checkpoint.Fixtures.assertWhole;
import static org.estafette.actor.checkpoint.Fixtures.checkpoint;
import static org.estafette.actor.checkpoint.Fixtures.vector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path folder;
  private CheckpointStore store;

  @BeforeEach
  void open() throws IOException {
    store = new CheckpointStore(folder.resolve("checkpoints"), 3);
  }

  @Test
  void shouldGiveBackWhatWasWritten() throws IOException {
    Path path = store.write(checkpoint(123));

    assertThat(path.getFileName()).hasToString("version-00000123");
    CheckpointStore.Search search = store.latest();
    assertThat(search.corrupt()).isEmpty();
    assertThat(search.checkpoint().version()).isEqualTo(123);
    assertWhole(search.checkpoint());
    assertThat(search.checkpoint().hasVector("momentum")).isTrue();
    assertThat(search.checkpoint().hasVector("buffer")).isFalse();
    assertThat(search.checkpoint().files())
        .containsExactly("model.safetensors", "state.safetensors", "config.json", "effective.conf");
    Verification verification = CheckpointStore.verify(path);
    assertThat(verification.ok()).isTrue();
    assertThat(verification.tensors()).isEqualTo(5);
    assertThat(verification.toString()).contains("ok, version 123 of run run-1, 4 files");
  }

  @Test
  void shouldNameTensorsAsTransformersWantsThem() throws IOException {
    Path path = store.write(checkpoint(1));
    try (SafetensorsFile model = SafetensorsFile.open(path.resolve("model.safetensors"))) {
      assertThat(model.tensors())
          .extracting(StoredTensor::name)
          .containsExactly("transformer.wte.weight", "transformer.h.0.ln_1.bias");
      assertThat(model.metadata()).containsEntry("format", "pt");
    }
    assertThat(Transformers.gpt2Names().apply("lm_head.weight")).isEqualTo("lm_head.weight");
  }

  @Test
  void shouldFindNothingInAnEmptyStore() throws IOException {
    assertThat(store.latest().checkpoint()).isNull();
    assertThat(store.latest().corrupt()).isEmpty();
    assertThat(store.list()).isEmpty();
  }

  @Test
  void shouldKeepTheNewestAndDeleteTheRest() throws IOException {
    for (long version : new long[] {1, 5, 99_999_999, 123_456_789_012L, 7}) {
      store.write(checkpoint(version));
    }
    assertThat(store.list())
        .extracting(p -> p.getFileName().toString())
        .containsExactly("version-123456789012", "version-99999999", "version-00000007");
    assertThat(children(folder.resolve("checkpoints"))).hasSize(3);
    assertWhole(store.latest().checkpoint());
  }

  @Test
  void shouldFallBackToTheNewestThatVerifiesAndReportTheOthers() throws IOException {
    for (long version = 1; version <= 3; version++) {
      store.write(checkpoint(version));
    }
    flip(store.list().get(0).resolve("model.safetensors"), -1);
    Files.delete(store.list().get(1).resolve("manifest.json"));

    CheckpointStore.Search search = store.latest();
    assertThat(search.checkpoint().version()).isEqualTo(1);
    assertThat(search.corrupt()).hasSize(2);
    assertThat(search.corrupt().get(0).toString())
        .contains("version-00000003")
        .contains("model.safetensors, tensor transformer.h.0.ln_1.bias, offset");
    assertThat(search.corrupt().get(1).toString()).contains("manifest.json: the file is missing");
    assertThatThrownBy(() -> CheckpointStore.open(store.list().get(0)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("crc32c=");
  }

  @Test
  void shouldNeitherDeleteNorCountWhatIsCorrupt() throws IOException {
    store.write(checkpoint(1));
    store.write(checkpoint(2));
    store.write(checkpoint(3));
    flip(store.list().get(0).resolve("state.safetensors"), -1);
    flip(store.list().get(1).resolve("state.safetensors"), -1);

    CheckpointStore again = new CheckpointStore(folder.resolve("checkpoints"), 2);
    again.write(checkpoint(4));
    assertThat(again.list()).hasSize(4);
    again.write(checkpoint(5));
    assertThat(again.list())
        .extracting(p -> p.getFileName().toString())
        .containsExactly(
            "version-00000005", "version-00000004", "version-00000003", "version-00000002");
  }

  @Test
  void shouldSetACorruptCheckpointAsideWhenItsVersionIsWrittenAgain() throws IOException {
    Path path = store.write(checkpoint(8));
    assertThatThrownBy(() -> store.write(checkpoint(8)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("there already");
    flip(path.resolve("model.safetensors"), -3);
    store.write(checkpoint(8));

    assertWhole(store.latest().checkpoint());
    assertThat(children(folder.resolve("checkpoints")))
        .contains("version-00000008", "corrupt-version-00000008-1");
  }

  @Test
  void shouldNeverPromoteNanOrInfinity() throws IOException {
    store.write(checkpoint(1));
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Float32Vector spoiled = vector(2);
      spoiled.set(LAYOUT.get("h.0.ln_1.bias").offset() + 2, bad);
      assertThatThrownBy(
              () -> store.write(Checkpoint.builder("run-1", 2).model(LAYOUT, spoiled).build()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(
              "version 2 of run run-1: model, tensor h.0.ln_1.bias: element 2 is");
      assertThatThrownBy(() ->
              store.write(
                  Checkpoint.builder("run-1", 2)
                      .model(LAYOUT, vector(2))
                      .vector("momentum", LAYOUT, spoiled)
                      .build()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("momentum, tensor h.0.ln_1.bias");
    }
    assertThat(children(folder.resolve("checkpoints"))).containsExactly("version-00000001");
  }

  @Test
  void shouldNoticeEveryFlippedBit() throws IOException {
    Path path = store.write(checkpoint(1));
    for (String name : children(path)) {
      Path file = path.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < whole.length; i++) {
        byte[] bytes = whole.clone();
        bytes[i] ^= (byte) (1 << (i % 8));
        Files.write(file, bytes);
        Verification verification = CheckpointStore.verify(path);
        assertThat(verification.ok()).as("bit %d of byte %d of %s", i % 8, i, name).isFalse();
        assertThat(verification.problems().getFirst().file()).isEqualTo(name);
      }
      Files.write(file, whole);
    }
    assertThat(CheckpointStore.verify(path).ok()).isTrue();
  }

  @Test
  void shouldNoticeEveryTruncation() throws IOException {
    Path path = store.write(checkpoint(1));
    for (String name : children(path)) {
      Path file = path.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int n = 0; n < whole.length; n++) {
        Files.write(file, Arrays.copyOf(whole, n));
        Verification verification = CheckpointStore.verify(path);
        assertThat(verification.ok()).as("%s cut at %d", name, n).isFalse();
        assertThat(verification.problems().getFirst().file()).isEqualTo(name);
      }
      Files.write(file, whole);
    }
  }

  @Test
  void shouldNameTheTensorWhereAFileWasCut() throws IOException {
    Path path = store.write(checkpoint(1));
    Path model = path.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(model);
    Files.write(model, Arrays.copyOf(whole, whole.length - 20));

    assertThat(CheckpointStore.verify(path).problems())
        .singleElement()
        .asString()
        .isEqualTo(
            "model.safetensors, tensor transformer.wte.weight, offset %d: the file has %d bytes (expected %d)"
                .formatted(whole.length - 20, whole.length - 20, whole.length));
  }

  @Test
  void shouldNoticeFilesOfAnotherCheckpoint() throws IOException {
    Path one = store.write(checkpoint(1));
    Path two = store.write(checkpoint(2));
    Files.copy(
        one.resolve("state.safetensors"),
        two.resolve("state.safetensors"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(CheckpointStore.verify(two).toString()).contains("state.safetensors, tensor");

    Path renamed = two.resolveSibling("version-00000009");
    Files.move(one, renamed);
    assertThat(CheckpointStore.verify(renamed).toString()).contains("version=1");
    assertThat(store.latest().checkpoint()).isNull();
    assertThat(store.latest().corrupt()).hasSize(2);
  }

  @Test
  void shouldRefuseFileNamesThatLeadElsewhere() {
    for (String name :
        List.of("../x", "a/b", "", ".hidden", "manifest.json", "model.safetensors", "ü")) {
      assertThatThrownBy(() -> Checkpoint.builder("r", 1).file(name, new byte[0]))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldLeaveTheStoreAsItWasWhenTheDiskIsFull() throws IOException {
    store.write(checkpoint(1));
    int[] left = {7};
    CheckpointStore full =
        new CheckpointStore(
            folder.resolve("checkpoints"),
            3,
            (step, path) -> {
              if (step == CrashPoints.Step.WRITE && left[0]-- == 0) {
                throw new IOException("No space left on device");
              }
            });
    assertThatThrownBy(() -> full.write(checkpoint(2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
    assertThat(children(folder.resolve("checkpoints"))).containsExactly("version-00000001");
    full.write(checkpoint(2));
    assertWhole(full.latest().checkpoint());
    assertThat(full.latest().checkpoint().version()).isEqualTo(2);
  }

  /** Flips a bit of a byte, counted from the end where negative. */
  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at < 0 ? bytes.length + at : at] ^= 4;
    Files.write(file, bytes);
  }

  private static List<String> children(Path path) throws IOException {
    try (Stream<Path> children = Files.list(path)) {
      return children.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }
}
