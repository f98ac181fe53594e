package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A process that has the server, or stands by to have it; started by {@code train --standby}. */
@Command(
    name = "host",
    hidden = true,
    description = "Has a run's server, or stands by to have it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette train --processes --standby    starts such processes, and is all that people"
          + " need",
    })
final class HostCommand implements Callable<Integer> {
  @Option(names = "--run", required = true)
  Path run = Path.of("");

  @Option(names = "--run-id", required = true)
  long id;

  @Option(names = "--join", required = true)
  String join = "";

  @Option(names = "--driver")
  @Nullable Path driver;

  @Option(names = "--role", required = true)
  String role = "";

  @Option(names = "--parent")
  @Nullable Long parent;

  @Option(names = "--plain")
  boolean plain;

  @Option(names = "--json")
  boolean json;

  @Override
  public Integer call() throws Exception {
    if (parent != null) {
      NodeCommand.endWith(parent);
    }
    return new Hosting(run, id, join, 0, driver, List.of(role), Map.of(), plain, json)
        .run(Interrupts::onTermination);
  }
}
