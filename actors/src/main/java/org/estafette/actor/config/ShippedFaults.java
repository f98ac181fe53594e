package org.estafette.actor.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The fault plans that come along, in {@code conf/faults}. */
public final class ShippedFaults {
  private static final String ENDING = ".conf";

  private ShippedFaults() {}

  private static Path folder() {
    return Path.of(System.getProperty("estafette.home", "."), "conf", "faults");
  }

  /** Their names, in order; none where the folder is not there. */
  public static List<String> names() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.endsWith(ENDING))
          .map(n -> n.substring(0, n.length() - ENDING.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The file of that name; a path is none. */
  public static Optional<Path> find(String name) {
    return names().contains(name)
        ? Optional.of(folder().resolve(name + ENDING).toAbsolutePath().normalize())
        : Optional.empty();
  }
}
