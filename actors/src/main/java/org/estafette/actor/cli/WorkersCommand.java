package org.estafette.actor.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.estafette.actor.cli.operate.Client;
import org.estafette.actor.cli.operate.WorkersText;
import org.estafette.actor.live.WorkerStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A ledger per worker. */
@Command(
    name = "workers",
    description =
        "Shows a ledger per worker of a running cluster: speed, pushes, staleness, contribution,"
            + " restarts.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  estafette workers", "  estafette workers --json"})
final class WorkersCommand implements Callable<Integer> {
  @Mixin Asking asking = new Asking();

  @Override
  public Integer call() throws Exception {
    try (Client client = asking.client()) {
      String answer = client.get("/estafette/workers");
      if (asking.json) {
        System.out.println(answer);
      } else {
        WorkersText.of(List.of(client.read(answer, WorkerStatus[].class)))
            .forEach(System.out::println);
      }
      return ExitStatus.OK.code();
    }
  }
}
