package org.estafette.actor.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.cli.progress.ProgressDisplay;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.node.Coordinator;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Summary;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a model on a cluster of actors. */
@Command(
    name = "train",
    description = "Trains a model on a cluster of actors, asynchronously.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette train",
      "  estafette train --data book.txt --workers 4 --tokens 6000000",
      "  estafette train conf/shakespeare.conf --set outer.rate=0.5",
      "  estafette train --processes --workers 4     one JVM per worker",
      "  estafette train --resume                    go on with the newest run",
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin RunOptions options = new RunOptions();

  @Option(names = "--processes", description = "One JVM per worker.")
  boolean processes;

  @Option(
      names = "--nodes-only",
      description = "No workers here: those that `workers.count` names join with `estafette node`.")
  boolean nodesOnly;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port that other nodes join at. Default: a free one.")
  @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "H",
      description = "Address of this machine that other nodes join at. Default: 127.0.0.1.")
  @Nullable String host;

  @Option(
      names = "--join",
      paramLabel = "WHERE",
      description =
          "Where a cluster may be already, in the forms of `node --join`: one that has a run is"
              + " left alone.")
  @Nullable String join;

  @Override
  public Integer call() throws Exception {
    java.util.List<String> set = new java.util.ArrayList<>(options.set);
    if (port != null) {
      set.add("cluster.port=" + port);
    }
    if (host != null) {
      set.add("cluster.host=" + RunOptions.quoted(host));
    }
    if (join != null) {
      set.add("cluster.join=" + RunOptions.quoted(join));
    }
    options.set = set;
    PrintStream out = options.json ? System.err : System.out;
    RunFolders.Opened run = RunFolders.open(options);
    RunConfig config = run.config();
    if (config.workers().count() > 1024) {
      throw new ConfigException(
          "estafette.workers.count = "
              + config.workers().count()
              + "; expected 1 … 1024 for a cluster (simulate has room for more)");
    }
    try (Workshop workshop =
        Workshop.open(
            config, new ReadingLine(out, options.plain), line -> out.println("  " + line))) {
      RunFolder folder = RunFolders.begin(run);
      try {
        return train(folder, config, workshop, out);
      } catch (Exception e) {
        RunFolders.withdraw(run, folder);
        throw e;
      }
    }
  }

  private int train(RunFolder folder, RunConfig config, Workshop workshop, PrintStream out)
      throws Exception {
    RunCheckpoints checkpoints =
        new RunCheckpoints(
            folder.checkpoints(), config.checkpoint().keep(), folder.name(), workshop);
    ServerState resume = options.resume ? resume(checkpoints, out) : null;
    if (resume != null && resume.finished() && resume.localSteps() >= workshop.budget()) {
      throw new ConfigException(
          "the run in "
              + folder.path()
              + " has finished its "
              + config.tokens()
              + " tokens; give it more with --tokens N --resume");
    }
    long began = System.nanoTime();
    try (MetricsLog metrics = MetricsLog.open(folder.metrics());
        ProgressDisplay display = ProgressDisplay.of(out, options.plain, config.tokens())) {
      RunMonitor monitor = new RunMonitor(config.tokens(), metric -> log(metrics, display, metric));
      Coordinator.Plan plan =
          new Coordinator.Plan(
              System.currentTimeMillis(),
              workshop,
              monitor,
              checkpoints,
              resume,
              processes || nodesOnly ? 0 : config.workers().count(),
              processes || nodesOnly ? config.workers().count() : 0);
      Coordinator.Ended ended;
      try (Coordinator coordinator = Coordinator.start(plan);
          WorkerProcesses children =
              new WorkerProcesses(
                  coordinator.address(), folder.logs(), display::message, coordinator::died)) {
        Interrupts.onFirst(() -> {
          children.restartNoMore(); // Ctrl+C in a terminal reaches the children too.
          coordinator.stop("interrupted");
        });
        CompletableFuture.anyOf(coordinator.begun(), coordinator.result()).get();
        heading(display, folder, workshop, coordinator);
        if (processes && !nodesOnly) {
          children.start(config.workers().count());
        }
        ended = await(coordinator, display, monitor, began);
      }
      display.close();
      metrics.sync();
      Summary summary =
          Summaries.write(folder, config, monitor.now(), workshop.gain(), ended.checkpoint());
      Farewell.print(out, folder, config, summary, ended.checkpoint());
      if (options.json) {
        System.out.println(summary.toJson());
      }
      return status(ended);
    }
  }

  private static void log(MetricsLog metrics, ProgressDisplay display, Metric metric) {
    metrics.append(metric);
    if (metric instanceof Metric.WorkerEvent e && e.kind() != Metric.Kind.JOINED) {
      display.message("  " + e.worker() + " " + e.kind().json() + ": " + e.reason());
    }
  }

  private static void heading(
      ProgressDisplay display, RunFolder folder, Workshop workshop, Coordinator coordinator) {
    workshop.describe().forEach((name, fact) -> display.message("  %-9s %s".formatted(name, fact)));
    display.message("  run       " + folder.path());
    display.message("  join      estafette node --join " + coordinator.address());
  }

  private static Coordinator.Ended await(
      Coordinator coordinator, ProgressDisplay display, RunMonitor monitor, long began)
      throws Exception {
    CompletableFuture<Coordinator.Ended> result = coordinator.result();
    Shown shown = new Shown();
    while (true) {
      try {
        return result.get(500, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        RunMonitor.Snapshot now = monitor.now();
        if (now.version() > 0) {
          display.update(shown.next(now, (System.nanoTime() - began) / 1e9));
        }
      }
    }
  }

  private static int status(Coordinator.Ended ended) {
    if (!ended.failure().isEmpty()) {
      throw new RunFailedException("the last checkpoint could not be written: " + ended.failure());
    }
    if (ended.finished()) {
      return ExitStatus.OK.code();
    }
    if (ended.reason().equals("interrupted")) {
      return ExitStatus.INTERRUPTED.code();
    }
    throw new RunFailedException("the run ended early: " + ended.reason());
  }

  private static ServerState resume(RunCheckpoints checkpoints, PrintStream out)
      throws java.io.IOException {
    CheckpointStore.Search search = checkpoints.latest();
    RunCheckpoints.reports(search).forEach(line -> out.println("  " + line));
    StoredCheckpoint checkpoint = search.checkpoint();
    if (checkpoint == null) {
      throw new org.estafette.actor.checkpoint.CheckpointException(
          "--resume: no checkpoint that verifies (corrupt: " + search.corrupt().size() + ")");
    }
    ServerState state = checkpoints.read(checkpoint);
    out.println("  resumed from " + checkpoint.path() + ", version " + state.version());
    return state;
  }
}
