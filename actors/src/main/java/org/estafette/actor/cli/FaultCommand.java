package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.estafette.actor.cli.operate.Client;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Brings a fault about in a running cluster, or lists those that were. */
@Command(
    name = "fault",
    description = {
      "Brings a fault about in a running cluster, on purpose; without one, lists those that were.",
      "The cluster obeys where management.writes and faults.enabled are on. docs/faults.md has the"
          + " kinds."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette fault                                   what was, and what goes on",
      "  estafette fault kind=kill who=worker-0 downtime=2",
      "  estafette fault kind=lose probability=0.1 seconds=10",
      "  estafette fault plan=lossy                        one of conf/faults",
    })
final class FaultCommand implements Callable<Integer> {
  @Mixin Asking asking = new Asking();

  @Parameters(
      arity = "0..*",
      paramLabel = "key=value",
      description = "kind=KIND with the keys of that kind, or plan=NAME.")
  List<String> pairs = List.of();

  @Override
  public Integer call() throws Exception {
    try (Client client = asking.client()) {
      if (pairs.isEmpty()) {
        list(client);
      } else {
        String answer = client.post("/estafette/faults", ControlCommands.json("fault", pairs));
        System.out.println(
            asking.json
                ? answer
                : "  " + client.read(answer, JsonNode.class).path("detail").asText());
      }
      return ExitStatus.OK.code();
    }
  }

  private void list(Client client) throws InterruptedException {
    String answer = client.get("/estafette/faults");
    if (asking.json) {
      System.out.println(answer);
      return;
    }
    JsonNode faults = client.read(answer, JsonNode.class);
    if (faults.isEmpty()) {
      System.out.println("  no fault was brought about");
    }
    for (JsonNode f : faults) {
      System.out.printf(
          Locale.ROOT,
          "  %8.1f s  fault %d %s: %s%s%n",
          f.path("began").asDouble(),
          f.path("id").asLong(),
          f.path("phase").asText(),
          f.path("text").asText(),
          f.path("text").equals(f.path("detail")) ? "" : "; " + f.path("detail").asText());
    }
  }
}
