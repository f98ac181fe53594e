package org.estafette.channel;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.IoUtil;

/**
 * What media drivers that were killed have left in shared memory. A directory is stale where all of
 * this holds: it has the name and the owner of this user's nodes, it was not made just now, and
 * nobody holds its lock, which the kernel takes from a process that dies and leaves to one that is
 * frozen. The driver's heartbeat would say less, and asking for it waits for a driver that was
 * killed while it started. Names of others are never touched, nor is what has no lock.
 */
public final class StaleDirectories {
  private static final Duration SETTLED = Duration.ofSeconds(15);
  private static final String LOCK = ".lock";

  private StaleDirectories() {}

  /** The stale ones, and the locks of such, in shared memory. */
  public static List<Path> find() {
    return find(ShmCheck.sharedMemory());
  }

  /** Deletes the stale ones in shared memory; returns what is gone. */
  public static List<Path> sweep() {
    return sweep(ShmCheck.sharedMemory());
  }

  static List<Path> find(Path place) {
    String ours = ChannelConfig.directoryFor("").getFileName().toString();
    List<Path> stale = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(place, ours + "*")) {
      for (Path entry : all) {
        Path directory = directory(entry);
        if (entry.equals(directory) ? stale(directory) : orphan(entry, directory)) {
          stale.add(directory);
        }
      }
    } catch (IOException e) {
      ChannelLog.LOG.debug("{} cannot be looked through: {}", place, e.toString());
    }
    return stale.stream().distinct().sorted().toList();
  }

  private static Path directory(Path entry) {
    String name = entry.getFileName().toString();
    return name.endsWith(LOCK)
        ? entry.resolveSibling(name.substring(0, name.length() - LOCK.length()))
        : entry;
  }

  private static Path lock(Path directory) {
    return directory.resolveSibling(directory.getFileName() + LOCK);
  }

  private static boolean stale(Path directory) throws IOException {
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        && own(directory)
        && old(directory)
        && !heldHere(directory)
        && DirectoryLock.isFree(directory);
  }

  /** A lock without its directory: its holder was killed before it had one, or after. */
  private static boolean orphan(Path lock, Path directory) throws IOException {
    return !Files.exists(directory)
        && own(lock)
        && old(lock)
        && !heldHere(directory)
        && DirectoryLock.isFree(directory);
  }

  private static boolean own(Path path) throws IOException {
    Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    return uid.equals(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS));
  }

  private static boolean old(Path path) throws IOException {
    long age = System.currentTimeMillis() - Files.getLastModifiedTime(path).toMillis();
    return age > SETTLED.toMillis();
  }

  /** Opening the lock of a driver of this process, and closing it again, would drop that lock. */
  private static boolean heldHere(Path directory) throws IOException {
    try {
      return Files.size(lock(directory)) == ProcessHandle.current().pid();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  static List<Path> sweep(Path place) {
    List<Path> gone = new ArrayList<>();
    for (Path directory : find(place)) {
      try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
        IoUtil.delete(directory.toFile(), true);
        gone.add(directory);
      } catch (ChannelException e) {
        ChannelLog.LOG.debug("{} is not stale: {}", directory, e.getMessage());
      }
    }
    if (!gone.isEmpty()) {
      ChannelLog.LOG.info("removed what killed media drivers have left: {}", gone);
    }
    return gone;
  }

  /** Bytes that a directory takes. */
  public static long bytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0;
    }
  }
}
