package org.estafette.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two drivers out of one directory. A driver deletes what it finds in its directory, so that
 * a node that was killed can start again at once; the lock, which the kernel takes back from a
 * killed process, makes sure that nobody else is using it.
 */
final class DirectoryLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private DirectoryLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks {@code directory}, which need not exist.
   *
   * @throws ChannelException where somebody else holds it
   */
  static synchronized DirectoryLock acquire(Path directory) {
    Path file = directory.resolveSibling(directory.getFileName() + ".lock");
    try {
      while (true) {
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
          channel.close();
          throw new ChannelException(
              directory
                  + " is in use by another media driver (expected one per directory);"
                  + " give this node another name, or end the other one",
              null);
        }
        if (mark(channel) == sizeOf(file)) {
          return new DirectoryLock(file, channel);
        }
        // The holder before us deleted the file between our open and our lock: lock the new one.
        channel.close();
      }
    } catch (IOException e) {
      throw new ChannelException(file + " cannot be locked: " + e.getMessage(), e);
    }
  }

  /**
   * Whether the lock is there and nobody holds it. Not to be asked of a directory that this process
   * has locked: closing another descriptor of the file would drop that lock.
   */
  static synchronized boolean isFree(Path directory) throws IOException {
    Path file = directory.resolveSibling(directory.getFileName() + ".lock");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel)) {
      return lock != null;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Makes the file as long as this process's number. The path then tells by its length alone
   * whether it still names the file that we locked; reading it would not do, since closing any
   * other descriptor of the file drops a POSIX lock.
   */
  private static long mark(FileChannel channel) throws IOException {
    long length = ProcessHandle.current().pid();
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), length - 1);
    return length;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return -1;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() {
    synchronized (DirectoryLock.class) {
      release();
    }
  }

  private void release() {
    try {
      Files.deleteIfExists(file);
      channel.close();
    } catch (IOException e) {
      throw new ChannelException(file + " cannot be unlocked: " + e.getMessage(), e);
    }
  }
}
