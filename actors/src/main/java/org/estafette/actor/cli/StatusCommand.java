package org.estafette.actor.cli;

import java.util.concurrent.Callable;
import org.estafette.actor.cli.operate.Client;
import org.estafette.actor.cli.operate.StatusText;
import org.estafette.actor.live.RunStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Where a run stands. */
@Command(
    name = "status",
    description = "Shows where a running cluster stands, with reasons.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette status",
      "  estafette status --url https://10.0.0.5:8558 --keys keys",
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin Asking asking = new Asking();

  @Override
  public Integer call() throws Exception {
    try (Client client = asking.client()) {
      String answer = client.get("/estafette/run");
      if (asking.json) {
        System.out.println(answer);
      } else {
        StatusText.of(client.read(answer, RunStatus.class)).forEach(System.out::println);
      }
      return ExitStatus.OK.code();
    }
  }
}
