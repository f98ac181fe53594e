package org.estafette.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaCacheTest {
  @TempDir Path folder;

  @Test
  void shouldGiveBackWhatWasKept() {
    CudaCache cache = new CudaCache(folder);
    assertThat(cache.get("a/b.cubin")).isNull();
    assertThat(cache.put("a/b.cubin", new byte[] {1, 2, 3})).isTrue();
    assertThat(cache.get("a/b.cubin")).containsExactly(1, 2, 3);
  }

  @Test
  void anEntryThatIsDamagedAnywhereShouldBeAsIfItWereNotThere() throws Exception {
    CudaCache cache = new CudaCache(folder);
    cache.put("e", new byte[] {1, 2, 3, 4, 5});
    byte[] whole = Files.readAllBytes(folder.resolve("e"));
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 4;
      Files.write(folder.resolve("e"), damaged);
      assertThat(cache.get("e")).as("byte %d", i).isNull();
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(folder.resolve("e"), java.util.Arrays.copyOf(whole, length));
      assertThat(cache.get("e")).as("length %d", length).isNull();
    }
  }

  @Test
  void aFolderThatCannotBeWrittenShouldKeepNothingAndHinderNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    CudaCache cache = new CudaCache(file.resolve("below"));
    assertThat(cache.put("e", new byte[] {1})).isFalse();
    assertThat(cache.get("e")).isNull();
  }
}
