package org.estafette.actor.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;

/** Reads whole streams, and says how far it came where that fails. */
final class Bytes {
  /** The longest array. */
  static final int MOST = Integer.MAX_VALUE - 8;

  private Bytes() {}

  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException;
  }

  /** Up to {@code size} bytes. */
  static byte[] read(String file, int size, Opener opener) throws UnreadableDataException {
    byte[] bytes = new byte[size];
    int read = 0;
    try (InputStream in = opener.open()) {
      while (read < size) {
        int n = in.read(bytes, read, size - read);
        if (n < 0) {
          return Arrays.copyOf(bytes, read);
        }
        read += n;
      }
      return bytes;
    } catch (IOException e) {
      throw new UnreadableDataException(file, read, reason(e), e);
    }
  }

  static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "access is denied to this user";
      case NoSuchFileException missing -> "there is no such file or folder";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
