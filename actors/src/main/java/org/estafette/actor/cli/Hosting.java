package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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

/**
 * What a process does that stands by to have a run's server, and, once it has it, to bring the run
 * to its end: metrics, progress, management, summary and report.
 *
 * @param run folder of the run
 * @param id number of the run
 * @param join a node of its cluster
 * @param port of this node, 0 for a free one
 * @param driver directory of the media driver that it shares; null for one of its own
 * @param roles of this node in the cluster, beside the server's
 * @param own settings of this node alone
 */
record Hosting(
    Path run,
    long id,
    String join,
    int port,
    @Nullable Path driver,
    List<String> roles,
    Map<String, String> own,
    boolean plain,
    boolean json) {

  /**
   * Stands by, and goes on with the run when it is this node's turn.
   *
   * @param interrupts has what it is given done when this process is asked to end
   * @return the exit status
   */
  int run(Consumer<Runnable> interrupts) throws Exception {
    PrintStream out = json ? System.err : System.out;
    RunFolder folder = RunFolder.open(run);
    String hocon = Files.readString(folder.config());
    RunConfig config = ConfigReader.read(folder.config(), own);
    try (Workshop workshop = Workshop.open(config, ReadProgress.NONE, line -> {})) {
      RunCheckpoints checkpoints = RunFolders.checkpoints(folder, workshop);
      Inheriting heir = new Inheriting(folder, config, hocon, checkpoints, plain, out);
      Coordinator.Ended ended;
      Summary summary;
      try (heir;
          ServerHost host =
              ServerHost.start(
                  new ServerHost.Plan(
                      id, workshop, checkpoints, join, port, driver, roles, heir))) {
        interrupts.accept(() -> host.stop("interrupted"));
        if (!standBy(host, heir)) {
          return ExitStatus.RUN.code();
        }
        if (host.takenOver().state() != CompletableFuture.State.SUCCESS) {
          return TrainCommand.quiet(host.result().get());
        }
        ended = lead(host, folder, config, workshop, heir);
        summary =
            Summaries.write(
                folder, config, heir.monitor().now(), workshop.gain(), ended.checkpoint());
      }
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
