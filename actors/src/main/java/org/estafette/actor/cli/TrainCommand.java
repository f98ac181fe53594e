package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.cli.operate.ManagementFile;
import org.estafette.actor.cli.progress.ProgressDisplay;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.live.RunView;
import org.estafette.actor.node.Coordinator;
import org.estafette.actor.node.RunHome;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Summary;
import org.estafette.actor.record.tensorboard.TensorBoard;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.RunTally;
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
      names = "--keys",
      paramLabel = "DIR",
      description = "Keys made by `estafette keys`; the same as security.keys.")
  @Nullable Path keys;

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

  @Option(
      names = "--standby",
      arity = "0..1",
      fallbackValue = "1",
      paramLabel = "N",
      description =
          "With --processes: the server has a process of its own, and N more stand by (default 1)"
              + " to go on with the run from its newest checkpoint when that one dies; with 0 it is"
              + " only started again.")
  @Nullable Integer standby;

  @Override
  public Integer call() throws Exception {
    List<String> set = new java.util.ArrayList<>(options.set);
    if (port != null) {
      set.add("cluster.port=" + port);
    }
    if (host != null) {
      set.add("cluster.host=" + RunOptions.quoted(host));
    }
    if (join != null) {
      set.add("cluster.join=" + RunOptions.quoted(join));
    }
    if (keys != null) {
      set.add("security.keys=" + RunOptions.quoted(keys.toAbsolutePath().normalize()));
    }
    if (standby != null) {
      set.add("cluster.survivors=oldest");
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
    if (standby != null) {
      return SupervisedTraining.start(
          run, standby, processes, nodesOnly, options.plain, options.json, out);
    }
    try (Workshop workshop =
        Workshop.open(
            config, new ReadingLine(out, options.plain), line -> out.println("  " + line))) {
      RunFolder folder = RunFolders.begin(run);
      try {
        return train(folder, config, workshop, out);
      } catch (UncheckedIOException e) {
        RunFolders.withdraw(run, folder);
        throw e.getCause();
      } catch (Exception e) {
        RunFolders.withdraw(run, folder);
        throw e;
      }
    }
  }

  private int train(RunFolder folder, RunConfig config, Workshop workshop, PrintStream out)
      throws Exception {
    RunCheckpoints checkpoints = RunFolders.checkpoints(folder, workshop);
    StoredCheckpoint from = options.resume ? newest(checkpoints, out) : null;
    ServerState resume = from == null ? null : checkpoints.read(from);
    RunTally tally = from == null ? null : checkpoints.tally(from);
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
        ProgressDisplay display = ProgressDisplay.of(out, options.plain, config.tokens());
        TensorBoard board = Boards.open(config, folder, display)) {
      RunMonitor monitor =
          new RunMonitor(
              config.tokens(),
              new OwnLines(
                  folder.checkpoints(),
                  System::nanoTime,
                  board.after(metric -> log(metrics, display, metric))));
      if (tally != null) {
        monitor.before(tally);
      }
      Coordinator.Plan plan =
          new Coordinator.Plan(
              System.currentTimeMillis(),
              workshop,
              monitor,
              checkpoints,
              resume,
              processes || nodesOnly ? 0 : config.workers().count(),
              processes || nodesOnly ? config.workers().count() : 0,
              (from == null
                      ? new RunHome(folder.name(), Version.own(), folder::writeConfig)
                      : resumed(folder, from, tally))
                  .at(folder.path()));
      Coordinator.Ended ended;
      boolean managed = false;
      try (Coordinator coordinator = Coordinator.start(plan);
          WorkerProcesses children =
              new WorkerProcesses(
                  coordinator.address(),
                  config,
                  folder.logs(),
                  display::message,
                  coordinator::died)) {
        coordinator.processes(children::kill);
        Interrupts.onFirst(() -> {
          children.restartNoMore(); // Ctrl+C in a terminal reaches the children too.
          coordinator.stop("interrupted");
        });
        CompletableFuture.anyOf(coordinator.begun(), coordinator.result()).get();
        managed = writeManagement(folder, config, coordinator.management(), coordinator.view());
        heading(display, folder, workshop, coordinator.address(), coordinator.management());
        if (processes && !nodesOnly) {
          children.start(config.workers().count());
        }
        ended = await(coordinator.result(), display, monitor, began);
      } finally {
        if (managed) {
          Files.deleteIfExists(ManagementFile.in(folder.path()));
        }
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

  static void log(MetricsLog metrics, ProgressDisplay display, Metric metric) {
    FaultLines.log(metrics, display, metric);
    if (metric instanceof Metric.WorkerEvent e && e.kind() != Metric.Kind.JOINED) {
      display.message("  " + e.worker() + " " + e.kind().json() + ": " + e.reason());
    } else if (metric instanceof Metric.RunEvent e && news(e.kind())) {
      display.message("  run " + e.kind().json() + ": " + e.text());
    }
  }

  private static boolean news(Metric.RunKind kind) {
    return switch (kind) {
      case PAUSED, RESUMED, CHANGED, CHECKPOINT_FAILED -> true;
      case CHECKPOINT, STOPPING, MEMBER, NOTE -> false;
    };
  }

  static void heading(
      ProgressDisplay display,
      RunFolder folder,
      Workshop workshop,
      String address,
      @Nullable String management) {
    workshop.describe().forEach((name, fact) -> display.message("  %-9s %s".formatted(name, fact)));
    display.message("  run       " + folder.path());
    display.message("  join      estafette node --join " + address);
    if (management != null) {
      display.message("  dashboard " + management + "/estafette/");
    }
  }

  /** So that `estafette status` and its like find the run. */
  static boolean writeManagement(
      RunFolder folder, RunConfig config, @Nullable String url, RunView view) throws IOException {
    if (url == null) {
      return false;
    }
    String keys = config.security().keys();
    String password = config.management().passwordFile();
    new ManagementFile(
            view.status().run(),
            url,
            ProcessHandle.current().pid(),
            keys.isEmpty() ? null : Path.of(keys).toAbsolutePath().toString(),
            config.management().user(),
            password.isEmpty() ? null : Path.of(password).toAbsolutePath().toString())
        .write(folder.path());
    return true;
  }

  static Coordinator.Ended await(
      CompletableFuture<Coordinator.Ended> result,
      ProgressDisplay display,
      RunMonitor monitor,
      long began)
      throws Exception {
    Shown shown = new Shown();
    while (true) {
      try {
        return result.get(500, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        RunMonitor.Snapshot now = monitor.now();
        display.target(now.budgetTokens());
        if (now.version() > 0) {
          display.update(shown.next(now, (System.nanoTime() - began) / 1e9));
        }
      }
    }
  }

  /** Of a process that has nothing to say about the run's end. */
  static int quiet(Coordinator.Ended ended) {
    return ended.reason().equals("interrupted")
        ? ExitStatus.INTERRUPTED.code()
        : ExitStatus.OK.code();
  }

  static int status(Coordinator.Ended ended) {
    if (!ended.failure().isEmpty()) {
      throw new RunFailedException("the last checkpoint could not be written: " + ended.failure());
    }
    if (ended.finished()) {
      return ExitStatus.OK.code();
    }
    if (ended.reason().equals("interrupted") || ended.stopped()) {
      return ExitStatus.INTERRUPTED.code();
    }
    throw new RunFailedException("the run ended early: " + ended.reason());
  }

  static RunHome resumed(RunFolder folder, StoredCheckpoint from, @Nullable RunTally tally) {
    double seconds = tally == null ? 0 : tally.seconds();
    return new RunHome(
        folder.name(),
        Version.own(),
        to -> {
          if (tally != null) {
            PastLines.read(folder.metrics(), seconds, to);
          }
        },
        new RunStatus.CheckpointStatus(from.path().toString(), from.version(), seconds),
        folder::writeConfig);
  }

  private static StoredCheckpoint newest(RunCheckpoints checkpoints, PrintStream out)
      throws IOException {
    CheckpointStore.Search search = checkpoints.latest();
    RunCheckpoints.reports(search).forEach(line -> out.println("  " + line));
    StoredCheckpoint checkpoint = search.checkpoint();
    if (checkpoint == null) {
      throw new org.estafette.actor.checkpoint.CheckpointException(
          "--resume: no checkpoint that verifies (corrupt: " + search.corrupt().size() + ")");
    }
    out.println("  resumed from " + checkpoint.path() + ", version " + checkpoint.version());
    return checkpoint;
  }
}
