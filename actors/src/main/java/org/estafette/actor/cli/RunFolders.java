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

/** Finds or makes the folder of a run, and reads its configuration. */
final class RunFolders {
  private RunFolders() {}

  /** A run's folder with its configuration, not yet written. */
  record Opened(RunFolder folder, RunConfig config) {}

  /** The folder that the options name: a new one, or with {@code --resume} one that is there. */
  static Opened open(RunOptions options) throws IOException {
    if (!options.resume) {
      RunConfig config = options.read(null);
      RunFolder folder =
          options.out != null
              ? RunFolder.createAt(options.out)
              : RunFolder.create(Path.of(config.runFolder()), config.name(), LocalDateTime.now());
      return new Opened(folder, config);
    }
    Path path = options.out != null ? options.out : newest(Path.of(options.read(null).runFolder()));
    RunFolder folder;
    try {
      folder = RunFolder.open(path);
    } catch (IOException e) {
      throw new ConfigException("--resume: " + e.getMessage());
    }
    return new Opened(folder, options.read(folder.config()));
  }

  private static Path newest(Path runs) throws IOException {
    if (!Files.isDirectory(runs)) {
      throw new ConfigException("--resume: there is no folder " + runs + "; name the run with --out DIR");
    }
    try (Stream<Path> folders = Files.list(runs)) {
      return folders
          .filter(f -> Files.isRegularFile(f.resolve("config.conf")))
          .max(Comparator.comparing((Path f) -> f.resolve("config.conf").toFile().lastModified()))
          .orElseThrow(() -> new ConfigException("--resume: no run in " + runs + "; name one with --out DIR"));
    }
  }

  /** Writes the effective configuration and points the log into the folder. */
  static void begin(Opened run) throws IOException {
    run.folder().writeConfig(ConfigReader.render(run.config()));
    Files.createDirectories(run.folder().logs());
    System.setProperty("estafette.log", run.folder().logs().resolve("estafette.log").toString());
  }
}
