package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.Workshop;
import org.jspecify.annotations.Nullable;

/** Finds or makes the folder of a run, and reads its configuration. */
final class RunFolders {
  private RunFolders() {}

  /**
   * A run's configuration and where it will be.
   *
   * @param existing the folder of a run that is resumed; null for a new run, whose folder is made
   *     by {@link #begin} when nothing can be wrong with data and configuration any more
   * @param out where the new folder is to be; null for a new one below {@code runs/}
   */
  record Opened(RunConfig config, @Nullable RunFolder existing, @Nullable Path out) {}

  /** The run that the options name: a new one, or with {@code --resume} one that is there. */
  static Opened open(RunOptions options) throws IOException {
    if (!options.resume) {
      if (options.out != null && !free(options.out)) {
        throw new ConfigException(
            "--out "
                + options.out
                + " (expected a new or an empty folder; to go on with a run that lies"
                + " there, add --resume)");
      }
      return new Opened(options.read(null), null, options.out);
    }
    Path path = options.out != null ? options.out : newest(Path.of(options.read(null).runFolder()));
    RunFolder folder;
    try {
      folder = RunFolder.open(path);
    } catch (IOException e) {
      throw new ConfigException("--resume: " + e.getMessage());
    }
    return new Opened(options.read(folder.config()), folder, null);
  }

  private static boolean free(Path out) throws IOException {
    if (!Files.isDirectory(out)) {
      return !Files.exists(out);
    }
    try (Stream<Path> content = Files.list(out)) {
      return content.findAny().isEmpty();
    }
  }

  private static Path newest(Path runs) throws IOException {
    if (!Files.isDirectory(runs)) {
      throw new ConfigException(
          "--resume: there is no folder " + runs + "; name the run with --out DIR");
    }
    try (Stream<Path> folders = Files.list(runs)) {
      return folders
          .filter(f -> Files.isRegularFile(f.resolve("config.conf")))
          .max(Comparator.comparing((Path f) -> f.resolve("config.conf").toFile().lastModified()))
          .orElseThrow(() ->
              new ConfigException("--resume: no run in " + runs + "; name one with --out DIR"));
    }
  }

  /** Makes the folder, writes the effective configuration and points the log there. */
  static RunFolder begin(Opened run) throws IOException {
    RunFolder folder = run.existing();
    if (folder == null) {
      folder =
          run.out() != null
              ? RunFolder.createAt(run.out())
              : RunFolder.create(
                  Path.of(run.config().runFolder()), run.config().name(), LocalDateTime.now());
    }
    folder.writeConfig(ConfigReader.render(run.config()));
    System.setProperty("estafette.log", folder.logs().resolve("estafette.log").toString());
    return folder;
  }

  /** Where the run's state goes. */
  static RunCheckpoints checkpoints(RunFolder folder, Workshop workshop) throws IOException {
    int keep = workshop.config().checkpoint().keep();
    return new RunCheckpoints(folder.checkpoints(), keep, folder.name(), workshop);
  }

  /** Claims of epochs are no checkpoints: a server that could not begin has one. */
  private static boolean hasCheckpoint(RunFolder folder) throws IOException {
    try (Stream<Path> content = Files.list(folder.checkpoints())) {
      return content.anyMatch(p -> !p.getFileName().toString().equals("epochs"));
    }
  }

  /**
   * Removes the folder of a new run that could not start, unless something was recorded: `--resume`
   * would find it otherwise, and nothing in it.
   */
  static void withdraw(Opened run, RunFolder folder) throws IOException {
    boolean recorded = Files.exists(folder.metrics()) && Files.size(folder.metrics()) > 0;
    if (run.existing() != null || recorded || hasCheckpoint(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder.path())) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
