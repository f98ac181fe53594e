package org.estafette.actor.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ShippedFaults;

/** Finds fault plans. */
final class FaultPlans {
  private FaultPlans() {}

  /** The file of that path, or the plan of that name among those that come along. */
  static Path find(String given) {
    Path file = Path.of(given);
    if (Files.isRegularFile(file)) {
      return file.toAbsolutePath().normalize();
    }
    return ShippedFaults.find(given)
        .orElseThrow(() ->
            new ConfigException(
                "--faults "
                    + given
                    + " (expected a file, or one of "
                    + String.join(", ", ShippedFaults.names())
                    + ")"));
  }
}
