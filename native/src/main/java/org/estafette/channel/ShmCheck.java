package org.estafette.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Whether shared memory has room for a channel's buffers. Asked before a media driver starts,
 * because a tmpfs that runs full later ends the JVM with a memory fault instead of a message.
 *
 * @param place the file system that was looked at
 * @param freeBytes what is free there
 * @param neededBytes what the channel may need
 */
public record ShmCheck(Path place, long freeBytes, long neededBytes) {
  /** The driver's own files: commands, counters, error log, loss report. */
  private static final long DRIVER_BYTES = 16L << 20;

  /** A page beside a stream's buffer holds its description. */
  private static final long DESCRIPTION_BYTES = 4096;

  /** Looks at the file system on which {@code config.directory()} lies or will lie. */
  public static ShmCheck of(ChannelConfig config) {
    return of(config.directory(), needed(config.expectedLinks(), config.termLength()));
  }

  /** Looks at the file system on which {@code directory} lies or will lie. */
  public static ShmCheck of(Path directory, long neededBytes) {
    Path place = directory.toAbsolutePath();
    while (!Files.isDirectory(place)) {
      Path parent = place.getParent();
      if (parent == null) {
        break;
      }
      place = parent;
    }
    try {
      return new ShmCheck(place, Files.getFileStore(place).getUsableSpace(), neededBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("free space of " + place + " is not readable", e);
    }
  }

  /** Bytes that {@code links} streams of {@code termLength} and their driver take. */
  public static long needed(int links, int termLength) {
    return DRIVER_BYTES + links * (ChannelConfig.streamBytes(termLength) + DESCRIPTION_BYTES);
  }

  /** /dev/shm, or the temporary directory on systems that have none. */
  public static Path sharedMemory() {
    Path shm = Path.of("/dev/shm");
    return Files.isDirectory(shm) && Files.isWritable(shm)
        ? shm
        : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  }

  /** Whether there is room. */
  public boolean enough() {
    return freeBytes >= neededBytes;
  }

  /** The finding as one sentence, with what to do where there is not enough room. */
  public String message() {
    String figures =
        String.format(
            Locale.ROOT,
            "%s: %.0f MiB free (expected >= %.0f MiB for the tensor channel)",
            place,
            freeBytes / 1048576.0,
            neededBytes / 1048576.0);
    return enough()
        ? figures
        : figures
            + "; shorten the channel's term length, or enlarge it: mount -o remount,size=2g "
            + place
            + ", docker run --shm-size=2g, or in Kubernetes an emptyDir with medium: Memory";
  }
}
