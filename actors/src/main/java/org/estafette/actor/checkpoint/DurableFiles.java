package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/** Changes to the file system that are on the disk when they return, where they promise it. */
final class DurableFiles {
  private final CrashPoints points;
  private final BooleanSupplier full;

  /**
   * @param full whether a write now meets a full disk
   */
  DurableFiles(CrashPoints points, BooleanSupplier full) {
    this.points = points;
    this.full = full;
  }

  /** What {@link #write} has written. */
  record Written(long bytes, int crc32c) {}

  /** Gives a file's content to a sink. */
  @FunctionalInterface
  interface Content {
    void writeTo(SafetensorsWriter.Sink sink) throws IOException;
  }

  void makeFolder(Path folder) throws IOException {
    points.before(CrashPoints.Step.MAKE_FOLDER, folder);
    Files.createDirectory(folder);
  }

  /** Writes a new file and forces its content to the disk. */
  Written write(Path file, Content content) throws IOException {
    points.before(CrashPoints.Step.OPEN, file);
    CRC32C crc = new CRC32C();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.writeTo(bytes -> {
        points.before(CrashPoints.Step.WRITE, file);
        if (full.getAsBoolean()) {
          throw new FileSystemException(
              file.toString(), null, "No space left on device (brought about by a fault)");
        }
        crc.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      });
      points.before(CrashPoints.Step.FORCE, file);
      channel.force(true);
      return new Written(channel.size(), (int) crc.getValue());
    }
  }

  Written write(Path file, byte[] content) throws IOException {
    return write(file, sink -> sink.write(ByteBuffer.wrap(content)));
  }

  /** Forces a folder's entries to the disk. */
  void forceFolder(Path folder) throws IOException {
    points.before(CrashPoints.Step.FORCE_FOLDER, folder);
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Renames in one step; the new name must be free. */
  void rename(Path from, Path to) throws IOException {
    points.before(CrashPoints.Step.RENAME, to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes a folder and what is in it; not there is fine. Symbolic links are not followed. */
  void deleteFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          deleteFolder(entry);
        } else {
          points.before(CrashPoints.Step.DELETE, entry);
          Files.delete(entry);
        }
      }
    }
    points.before(CrashPoints.Step.DELETE, folder);
    Files.delete(folder);
  }
}
