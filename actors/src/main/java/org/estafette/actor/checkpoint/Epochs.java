package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which server may go on with the state in a folder. Each that begins claims the next epoch by
 * making a file that nobody has made: {@code epochs/epoch-00000002}, on the disk before its server
 * takes in anybody. The highest claim counts. Whoever holds a lower one is superseded, may write
 * nothing more, and must end: that is how a server that was only cut off, or frozen, learns that
 * another has taken its place.
 *
 * <p>Making a file that must not exist yet is atomic on local file systems and on NFS from version
 * 3 on; no lock is held, so none is left over by a process that was killed.
 */
public final class Epochs {
  private static final String FOLDER = "epochs";
  private static final String RUN = "run ";
  private static final String PROCESS = "process ";
  private static final Pattern CLAIM = Pattern.compile("epoch-(\\d{8,18})");

  private Epochs() {}

  /**
   * The right to be the server of an epoch.
   *
   * @param folder of the claims
   * @param epoch of the server
   * @param holder who it is, for people
   */
  public record Claim(Path folder, long epoch, String holder) {
    /**
     * Makes sure that nobody has claimed a later epoch.
     *
     * @throws SupersededException where somebody has; the message says who
     * @throws IOException where that cannot be read
     */
    public void check() throws IOException {
      long newest = newest(folder);
      if (newest > epoch) {
        throw new SupersededException(
            "epoch="
                + epoch
                + " (expected "
                + newest
                + "): another server has taken this run over, "
                + nameOf(folder, newest)
                + "; this one, "
                + holder
                + ", must end");
      }
    }
  }

  /** Another server has taken over. */
  public static final class SupersededException extends IOException {
    private static final long serialVersionUID = 1;

    SupersededException(String message) {
      super(message);
    }
  }

  /**
   * Claims the next epoch. When this returns, the claim is on the disk.
   *
   * @param checkpoints folder of the checkpoints
   * @param atLeast the lowest epoch that will do: one above that of the newest checkpoint
   * @param holder who claims it, for people: its address and process
   * @param run number of the run, by which others who have the folder can take part
   */
  public static Claim claim(Path checkpoints, long atLeast, String holder, long run)
      throws IOException {
    Path folder = checkpoints.resolve(FOLDER);
    Files.createDirectories(folder);
    while (true) {
      long epoch = Math.max(atLeast, newest(folder) + 1);
      Path file = folder.resolve(name(epoch));
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer text =
            ByteBuffer.wrap(
                "%s\n%s%d\n%s%d\n"
                    .formatted(holder, RUN, run, PROCESS, ProcessHandle.current().pid())
                    .getBytes(StandardCharsets.UTF_8));
        while (text.hasRemaining()) {
          channel.write(text);
        }
        channel.force(true);
      } catch (FileAlreadyExistsException e) {
        continue; // Somebody was quicker: the one after that.
      }
      force(folder);
      force(checkpoints);
      return new Claim(folder, epoch, holder);
    }
  }

  /** The highest epoch that was ever claimed there; 0 where none was. */
  public static long newestIn(Path checkpoints) throws IOException {
    Path folder = checkpoints.resolve(FOLDER);
    return Files.isDirectory(folder) ? newest(folder) : 0;
  }

  private static long newest(Path folder) throws IOException {
    long newest = 0;
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(folder, "epoch-*")) {
      for (Path claim : claims) {
        Matcher m = CLAIM.matcher(claim.getFileName().toString());
        if (m.matches()) {
          newest = Math.max(newest, Long.parseLong(m.group(1)));
        }
      }
    }
    return newest;
  }

  /** Number of the run whose server has the highest epoch; empty where none was ever claimed. */
  public static OptionalLong run(Path checkpoints) throws IOException {
    return number(checkpoints, RUN);
  }

  /**
   * The process, on whatever machine, whose server has the highest epoch; empty where none was ever
   * claimed.
   */
  public static OptionalLong process(Path checkpoints) throws IOException {
    return number(checkpoints, PROCESS);
  }

  private static OptionalLong number(Path checkpoints, String key) throws IOException {
    long newest = newestIn(checkpoints);
    if (newest > 0) {
      Path claim = checkpoints.resolve(FOLDER).resolve(name(newest));
      for (String line : Files.readAllLines(claim)) {
        if (line.startsWith(key)) {
          return OptionalLong.of(Long.parseLong(line.substring(key.length())));
        }
      }
    }
    return OptionalLong.empty();
  }

  /** When the highest epoch was claimed; empty where none was. */
  public static Optional<FileTime> claimedAt(Path checkpoints) throws IOException {
    long newest = newestIn(checkpoints);
    return newest == 0
        ? Optional.empty()
        : Optional.of(Files.getLastModifiedTime(checkpoints.resolve(FOLDER).resolve(name(newest))));
  }

  private static String nameOf(Path folder, long epoch) {
    try {
      return Files.readAllLines(folder.resolve(name(epoch))).getFirst();
    } catch (IOException | java.util.NoSuchElementException e) {
      return "whose name cannot be read";
    }
  }

  private static String name(long epoch) {
    return "epoch-%08d".formatted(epoch);
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
