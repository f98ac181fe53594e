package org.estafette.channel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Short values that the kernel publishes under /proc/sys. */
final class KernelFile {
  private static final int ENOUGH = 256;

  private KernelFile() {}

  /**
   * The value without its line break. In a single read: a number's file is at its end after the
   * first one, and {@link Files#readString} begins with a read of one byte.
   */
  static String read(Path file) throws IOException {
    byte[] bytes = new byte[ENOUGH];
    try (InputStream in = Files.newInputStream(file)) {
      int length = Math.max(in.read(bytes), 0);
      return new String(bytes, 0, length, StandardCharsets.US_ASCII).trim();
    }
  }
}
