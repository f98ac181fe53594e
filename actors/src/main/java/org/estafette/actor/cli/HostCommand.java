package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.cli.operate.ManagementFile;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.node.Coordinator;
import org.estafette.actor.node.ServerHost;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Summary;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.Workshop;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A process that has the server, or stands by to have it; started by {@code train --standby}. */
@Command(name = "host", hidden = true, description = "Has a run's server, or stands by to have it.")
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
    PrintStream out = json ? System.err : System.out;
    RunFolder folder = RunFolder.open(run);
    String hocon = Files.readString(folder.config());
    RunConfig config = ConfigReader.read(folder.config(), Map.of());
    try (Workshop workshop = Workshop.open(config, ReadProgress.NONE, line -> {})) {
      RunCheckpoints checkpoints =
          new RunCheckpoints(
              folder.checkpoints(), config.checkpoint().keep(), folder.name(), workshop);
      Inheriting heir = new Inheriting(folder, config, hocon, checkpoints, plain, out);
      Coordinator.Ended ended;
      try (heir;
          ServerHost host =
              ServerHost.start(
                  new ServerHost.Plan(
                      id, workshop, checkpoints, join, driver, List.of(role), heir))) {
        Interrupts.onTermination(() -> host.stop("interrupted"));
        if (!standBy(host, heir)) {
          return ExitStatus.RUN.code();
        }
        if (host.takenOver().state() != CompletableFuture.State.SUCCESS) {
          return TrainCommand.quiet(host.result().get());
        }
        ended = lead(host, folder, config, workshop, heir);
      }
      Summary summary =
          Summaries.write(
              folder, config, heir.monitor().now(), workshop.gain(), ended.checkpoint());
      Farewell.print(out, folder, config, summary, ended.checkpoint());
      if (json) {
        System.out.println(summary.toJson());
      }
      return TrainCommand.status(ended);
    }
  }

  /**
   * Waits until the server is here, or the run has ended elsewhere. Returns false where the run's
   * configuration was changed meanwhile: a process that reads it anew is to take this one's place.
   */
  private static boolean standBy(ServerHost host, Inheriting heir) throws Exception {
    CompletableFuture<Object> either = CompletableFuture.anyOf(host.takenOver(), host.result());
    while (true) {
      try {
        either.get(1, TimeUnit.SECONDS);
        return true;
      } catch (TimeoutException e) {
        if (heir.outdated()) {
          return false;
        }
      }
    }
  }

  private Coordinator.Ended lead(
      ServerHost host, RunFolder folder, RunConfig config, Workshop workshop, Inheriting heir)
      throws Exception {
    ServerHost.TakenOver here = host.takenOver().get();
    boolean managed = false;
    try {
      String url = host.manage(here, heir.display()::message);
      managed = TrainCommand.writeManagement(folder, config, url, here.view());
      if (here.epoch() == 1) {
        TrainCommand.heading(heir.display(), folder, workshop, join, url);
      }
      return TrainCommand.await(host.result(), heir.display(), here.monitor(), heir.began());
    } finally {
      if (managed) {
        deleteManagement(folder);
      }
    }
  }

  private static void deleteManagement(RunFolder folder) throws IOException {
    Files.deleteIfExists(ManagementFile.in(folder.path()));
  }
}
