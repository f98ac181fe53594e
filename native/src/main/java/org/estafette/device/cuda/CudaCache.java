package org.estafette.device.cuda;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Compiled kernels under the user's cache folder. An entry is written under a temporary name and
 * renamed, and carries a checksum: what is damaged is as if it were not there.
 */
final class CudaCache {
  private static final int CHECKSUM = Long.BYTES;

  private final Path folder;

  CudaCache(Path folder) {
    this.folder = folder;
  }

  /** {@code $XDG_CACHE_HOME/estafette/cuda}, or what {@code -Destafette.cache} names. */
  static Path folder() {
    String named = System.getProperty("estafette.cache");
    if (named != null) {
      return Path.of(named, "cuda");
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home", "."), ".cache");
    return base.resolve("estafette").resolve("cuda");
  }

  /** An entry's content; null where there is none that is whole. */
  byte @Nullable [] get(String entry) {
    Path file = folder.resolve(entry);
    try {
      if (!Files.isRegularFile(file)) {
        return null;
      }
      byte[] all = Files.readAllBytes(file);
      if (all.length <= CHECKSUM) {
        return null;
      }
      byte[] content = Arrays.copyOfRange(all, CHECKSUM, all.length);
      return Arrays.equals(checksum(content), 0, CHECKSUM, all, 0, CHECKSUM) ? content : null;
    } catch (IOException e) {
      return null; // What cannot be read is made anew.
    }
  }

  /**
   * Keeps an entry. Where the folder cannot be written, nothing is kept: the next start compiles
   * again.
   *
   * @return whether it was kept
   */
  boolean put(String entry, byte[] content) {
    byte[] all = new byte[CHECKSUM + content.length];
    System.arraycopy(checksum(content), 0, all, 0, CHECKSUM);
    System.arraycopy(content, 0, all, CHECKSUM, content.length);
    try {
      write(folder.resolve(entry), new ByteArrayInputStream(all));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static byte[] checksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    byte[] bytes = new byte[CHECKSUM];
    long mixed = crc.getValue() << 32 | content.length;
    for (int i = 0; i < CHECKSUM; i++) {
      bytes[i] = (byte) (mixed >>> 8 * i);
    }
    return bytes;
  }

  /** Writes a file whole or not at all. */
  static void write(Path target, InputStream in) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, "part-", ".tmp");
    try {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
