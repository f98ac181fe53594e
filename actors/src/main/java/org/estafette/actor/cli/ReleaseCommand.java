package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.estafette.actor.cli.operate.Client;
import org.estafette.actor.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lets a worker of a running cluster out of quarantine. */
@Command(
    name = "release",
    description = {
      "Lets a worker of a running cluster out of quarantine: its next round counts again.",
      "The cluster obeys where management.writes is on. docs/faults.md says what brings a worker"
          + " in."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  estafette release worker-3"})
final class ReleaseCommand implements Callable<Integer> {
  @Mixin Asking asking = new Asking();

  @Parameters(paramLabel = "WORKER", description = "Its slot, as `estafette workers` shows it.")
  String worker = "";

  @Override
  public Integer call() throws Exception {
    if (!worker.matches("[A-Za-z0-9_.-]+")) {
      throw new ConfigException(
          "release "
              + worker
              + " (expected a worker, as worker-3; `estafette workers` shows them)");
    }
    try (Client client = asking.client()) {
      String answer = client.post("/estafette/workers/" + worker + "/release", "");
      System.out.println(
          asking.json
              ? answer
              : "  " + client.read(answer, JsonNode.class).path("detail").asText());
      return ExitStatus.OK.code();
    }
  }
}
