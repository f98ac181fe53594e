package org.estafette.actor.cli.operate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.record.Json;
import org.jspecify.annotations.Nullable;

/**
 * {@code management.json} in a run's folder: where the run can be asked while it goes on. Removed
 * at its end; one that is left over is of a process that was killed.
 *
 * @param run number of the run, in hexadecimal; null where it is not known
 * @param url of the management, without a slash at the end
 * @param pid process that wrote it
 * @param keys folder with the keys that open it; null where it is open
 * @param user who may ask
 * @param passwordFile file with the password; null for the keys' own, or none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ManagementFile(
    @Nullable String run,
    String url,
    long pid,
    @Nullable String keys,
    String user,
    @Nullable String passwordFile) {
  private static final String NAME = "management.json";

  /** Where a run's file lies. */
  public static Path in(Path folder) {
    return folder.resolve(NAME);
  }

  /**
   * Writes it into a run's folder.
   *
   * @throws IOException where that fails
   */
  public void write(Path folder) throws IOException {
    Path part = folder.resolve(NAME + ".part");
    Files.writeString(part, Json.LINES.writeValueAsString(this) + "\n");
    Files.move(part, in(folder), StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The one of a run's folder.
   *
   * @throws ConfigException where it is none of ours, which names it
   * @throws IOException where there is none, or it cannot be read
   */
  static ManagementFile read(Path folder) throws IOException {
    ManagementFile file;
    try {
      file = Json.LINES.readValue(in(folder).toFile(), ManagementFile.class);
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          in(folder)
              + " is not what `estafette train` writes: "
              + e.getOriginalMessage()
              + " (remove it, and name the management with --url URL)");
    }
    if (file == null || file.url() == null || file.user() == null) {
      throw new ConfigException(
          in(folder)
              + " names no url and user (expected what `estafette train` writes; remove it, and"
              + " name the management with --url URL)");
    }
    return file;
  }

  /** The folder below {@code runs} whose file is the newest of those whose process is there. */
  static Optional<Path> newest(Path runs) throws IOException {
    if (!Files.isDirectory(runs)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(runs)) {
      return folders
          .filter(ManagementFile::goesOn)
          .max(Comparator.comparing((Path f) -> in(f).toFile().lastModified()));
    }
  }

  /** What cannot be read is no run that goes on: another may be. */
  private static boolean goesOn(Path folder) {
    try {
      return Files.isRegularFile(in(folder)) && read(folder).alive();
    } catch (ConfigException | IOException e) {
      return false;
    }
  }

  /** Whether the process that wrote it is still there, as far as this machine knows. */
  boolean alive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
