package org.estafette.actor.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Writes key folders: nobody else can read a file, not even for a moment. A new folder is there
 * whole or not at all; in one that is there already each file is replaced at once, one by one.
 */
final class KeyFolderWriter {
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private KeyFolderWriter() {}

  /**
   * @param files contents by name inside the folder, replaced in this order
   * @param forced what {@code force} would do, for the message
   * @throws ConfigException where something is there already and {@code force} is not set
   */
  static void write(Path folder, Map<String, String> files, boolean force, String forced)
      throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw new ConfigException(folder + " is no place for keys (expected a folder of their own)");
    }
    if (!force && !isFree(target)) {
      throw there(folder, forced, null);
    }
    Files.createDirectories(parent);
    Path fresh = Files.createTempDirectory(parent, ".keys-", FOLDER);
    try {
      for (Map.Entry<String, String> file : files.entrySet()) {
        write(fresh.resolve(file.getKey()), file.getValue());
      }
      if (isFree(target)) {
        try {
          // Takes the place of nothing or of an empty folder; of a full one never.
          Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
          if (isFree(target)) {
            throw e;
          }
          throw there(folder, forced, e);
        }
      } else {
        replace(fresh, target, files.keySet());
      }
      sync(parent);
    } finally {
      delete(fresh);
    }
  }

  private static ConfigException there(Path folder, String forced, @Nullable Throwable e) {
    ConfigException there =
        new ConfigException(
            folder + " is there already (expected a new folder; --force " + forced + ")");
    if (e != null) {
      there.addSuppressed(e);
    }
    return there;
  }

  private static boolean isFree(Path target) throws IOException {
    if (!Files.exists(target, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    if (!Files.isDirectory(target)) {
      return false;
    }
    try (Stream<Path> inside = Files.list(target)) {
      return inside.findAny().isEmpty();
    }
  }

  private static void write(Path file, String content) throws IOException {
    Path parent = file.getParent();
    if (parent != null && !Files.exists(parent)) {
      Files.createDirectory(parent, FOLDER);
    }
    try (FileChannel out =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /** Puts each file in its place at once; what else is in the folder stays. */
  private static void replace(Path fresh, Path target, Set<String> names) throws IOException {
    if (!Files.isDirectory(target)) {
      throw new ConfigException(target + " is not a folder (expected one, or nothing)");
    }
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
    for (String name : names) {
      Path place = target.resolve(name);
      Path parent = place.getParent();
      if (parent != null && !Files.exists(parent)) {
        Files.createDirectory(parent, FOLDER);
      }
      Files.move(fresh.resolve(name), place, StandardCopyOption.ATOMIC_MOVE);
    }
    sync(target);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (FileSystemException e) {
      // Some file systems do not open folders; the files themselves are safe.
    }
  }

  private static void delete(Path fresh) throws IOException {
    if (!Files.exists(fresh)) {
      return;
    }
    try (Stream<Path> all = Files.walk(fresh)) {
      for (Path p : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }
}
