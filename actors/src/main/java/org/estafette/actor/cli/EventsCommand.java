package org.estafette.actor.cli;

import java.util.concurrent.Callable;
import org.estafette.actor.cli.operate.Client;
import org.estafette.actor.cli.operate.EventsText;
import org.estafette.actor.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What happens in a run, as it happens. */
@Command(
    name = "events",
    description = "Follows a running cluster: pushes, workers that come and go, commands.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  estafette events", "  estafette events --after 0 --json"})
final class EventsCommand implements Callable<Integer> {
  @Mixin Asking asking = new Asking();

  @Option(
      names = "--after",
      paramLabel = "ID",
      description = "Begin after this event; 0 for all that are kept. Default: new ones only.")
  @Nullable Long after;

  @Override
  public Integer call() throws Exception {
    if (after != null && after < 0) {
      throw new ConfigException(
          "--after " + after + " (expected the id of an event, or 0 for all that are kept)");
    }
    try (Client client = asking.client()) {
      client.follow(
          "/estafette/events" + (after == null ? "" : "?after=" + after),
          new EventsText(asking.json, System.out::println));
      return ExitStatus.OK.code();
    }
  }
}
