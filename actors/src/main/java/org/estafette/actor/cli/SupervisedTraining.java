package org.estafette.actor.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.cli.operate.ManagementFile;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.node.ChannelSettings;
import org.estafette.actor.node.LauncherNode;
import org.estafette.actor.record.RunFolder;
import org.estafette.channel.SharedDriver;

/**
 * {@code train --processes --standby}: this process trains nothing and has no server. It has what
 * all others need and what must outlive each of them: the cluster's first node, the machine's media
 * driver, and the duty to start again who dies.
 */
final class SupervisedTraining {
  private SupervisedTraining() {}

  /**
   * Runs until the run has ended.
   *
   * @param standby how many processes stand by, beside the one that has the server
   * @return the run's exit status
   */
  static int start(
      RunFolders.Opened run,
      int standby,
      boolean processes,
      boolean nodesOnly,
      boolean plain,
      boolean json,
      PrintStream out)
      throws Exception {
    RunConfig config = run.config();
    check(config, standby, processes);
    RunFolder folder = RunFolders.begin(run);
    // It says that the run is over: one of an earlier end does not.
    Files.deleteIfExists(folder.summary());
    Files.deleteIfExists(ManagementFile.in(folder.path()));
    long id = System.currentTimeMillis();
    try (SharedDriver driver =
            SharedDriver.launch(ChannelSettings.driver(config, id, "run-" + Long.toHexString(id)));
        LauncherNode node = new LauncherNode(config);
        ServerProcesses servers =
            new ServerProcesses(
                folder,
                options(folder, id, node.address(), driver.directory(), plain, json),
                out::println,
                node::dead);
        WorkerProcesses workers =
            new WorkerProcesses(node.address(), config, folder.logs(), out::println, node::died)) {
      Interrupts.onFirst(() -> {
        workers.restartNoMore();
        servers.end();
      });
      servers.start(standby);
      if (!nodesOnly) {
        workers.start(config.workers().count());
      }
      int status = await(servers, node, driver, out);
      workers.restartNoMore();
      return status;
    }
  }

  private static void check(RunConfig config, int standby, boolean processes) {
    if (standby < 0 || standby > 16) {
      throw new ConfigException("--standby " + standby + " (expected 0 … 16)");
    }
    if (!processes) {
      throw new ConfigException("--standby needs --processes: what is to survive is a process");
    }
    if (config.withoutServer()) {
      throw new ConfigException(
          "--standby with strategy = "
              + config.strategy()
              + " (expected one with a server: without, there is none to take over)");
    }
    if (!config.cluster().join().isEmpty() || config.cluster().bindPort().isPresent()) {
      throw new ConfigException(
          "--standby with "
              + (config.cluster().join().isEmpty() ? "cluster.bind-port" : "cluster.join")
              + " (expected neither: this process begins the cluster, and each of its nodes has a"
              + " port of its own)");
    }
  }

  private static List<String> options(
      RunFolder folder, long id, String join, Path driver, boolean plain, boolean json) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--run",
                folder.path().toString(),
                "--run-id",
                Long.toString(id),
                "--join",
                join,
                "--driver",
                driver.toString(),
                "--parent",
                Long.toString(ProcessHandle.current().pid())));
    if (plain) {
      options.add("--plain");
    }
    if (json) {
      options.add("--json");
    }
    return options;
  }

  private static int await(
      ServerProcesses servers, LauncherNode node, SharedDriver driver, PrintStream out)
      throws Exception {
    while (true) {
      try {
        return servers.result().get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (!node.alive()) {
          throw new RunFailedException(
              "this process is no longer in the cluster that it began; see the log for why, and go"
                  + " on with --resume");
        }
        if (!driver.alive()) {
          out.println("  the media driver in " + driver.directory() + " is gone; it starts anew");
          // Those who shared it notice by themselves, end, and are started again.
          driver.restart();
        }
      }
    }
  }
}
