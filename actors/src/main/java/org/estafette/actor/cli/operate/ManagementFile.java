package org.estafette.actor.cli.operate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.estafette.actor.record.Json;
import org.jspecify.annotations.Nullable;

/**
 * {@code management.json} in a run's folder: where the run can be asked while it goes on. Removed
 * at its end; one that is left over is of a process that was killed.
 *
 * @param url of the management, without a slash at the end
 * @param pid process that wrote it
 * @param keys folder with the keys that open it; null where it is open
 * @param user who may ask
 * @param passwordFile file with the password; null for the keys' own, or none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ManagementFile(
    String url, long pid, @Nullable String keys, String user, @Nullable String passwordFile) {
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
   * @throws IOException where there is none, or it cannot be read
   */
  static ManagementFile read(Path folder) throws IOException {
    return Json.LINES.readValue(in(folder).toFile(), ManagementFile.class);
  }

  /** The folder below {@code runs} whose file is the newest. */
  static Optional<Path> newest(Path runs) throws IOException {
    if (!Files.isDirectory(runs)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(runs)) {
      return folders
          .filter(f -> Files.isRegularFile(in(f)))
          .max(Comparator.comparing((Path f) -> in(f).toFile().lastModified()));
    }
  }

  /** Whether the process that wrote it is still there, as far as this machine knows. */
  boolean alive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
