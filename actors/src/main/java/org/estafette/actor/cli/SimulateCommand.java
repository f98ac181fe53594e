package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.cli.progress.ProgressDisplay;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.record.MetricsLog;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Summary;
import org.estafette.actor.record.tensorboard.TensorBoard;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.SimulatedPeers;
import org.estafette.actor.run.SimulatedRun;
import org.estafette.actor.run.Workshop;
import org.estafette.simulation.SimulationState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the same algorithms in virtual time. */
@Command(
    name = "simulate",
    description =
        "Runs the same algorithms in virtual time: real gradients, a virtual clock, bit for bit"
            + " repeatable.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette simulate conf/sim/mixture.conf",
      "  estafette simulate conf/sim/mixture.conf --seed 43 --set outer.rate=0.35",
      "  estafette simulate conf/sim/mixture.conf --faults kill-worker",
      "  estafette simulate --resume                 go on with the newest run, bit for bit",
    })
final class SimulateCommand implements Callable<Integer> {
  @Mixin RunOptions options = new RunOptions();

  @Override
  public Integer call() throws Exception {
    PrintStream out = options.json ? System.err : System.out;
    RunFolders.Opened run = RunFolders.open(options);
    try (Workshop workshop =
        Workshop.open(
            run.config(), new ReadingLine(out, options.plain), line -> out.println("  " + line))) {
      workshop.checkMailbox();
      RunFolder folder = RunFolders.begin(run);
      try {
        return run.config().withoutServer()
            ? simulatePeers(folder, run.config(), workshop, out)
            : simulate(folder, run.config(), workshop, out);
      } catch (Exception e) {
        RunFolders.withdraw(run, folder);
        throw e;
      }
    }
  }

  private int simulate(RunFolder folder, RunConfig config, Workshop workshop, PrintStream out)
      throws Exception {
    RunCheckpoints checkpoints = RunFolders.checkpoints(folder, workshop);
    AtomicBoolean interrupted = new AtomicBoolean();
    Interrupts.onFirst(() -> interrupted.set(true));
    try (MetricsLog metrics = MetricsLog.open(folder.metrics());
        ProgressDisplay display = ProgressDisplay.of(out, options.plain, config.tokens());
        TensorBoard board = Boards.open(config, folder, display)) {
      RunMonitor monitor =
          new RunMonitor(
              config.tokens(), board.after(metric -> FaultLines.log(metrics, display, metric)));
      try (SimulatedRun run = new SimulatedRun(workshop, monitor)) {
        if (options.resume) {
          if (run.inOneGo()) {
            throw new ConfigException(
                "--resume: a simulated run with faults or overlap is simulated in one go (expected"
                    + " a run without estafette.faults.plan, with exchange.overlap = false)");
          }
          resume(checkpoints, run, out);
        } else {
          run.start();
        }
        heading(display, folder, workshop);
        Shown shown = new Shown();
        long[] savedAt = {System.nanoTime()};
        run.run(
            interrupted::get,
            at -> {
              display.update(shown.next(monitor.now(), at));
              if (System.nanoTime() - savedAt[0] > config.checkpoint().every().toNanos()
                  && run.atRest()) {
                save(checkpoints, run);
                savedAt[0] = System.nanoTime();
              }
            });
        if (!interrupted.get()) {
          run.validate();
        }
        Path checkpoint;
        if (run.inOneGo()) {
          run.endFaults();
          checkpoint = checkpoints.write(run.server().state(), monitor.tally());
        } else {
          run.runToRest();
          checkpoint = save(checkpoints, run);
        }
        display.close();
        metrics.sync();
        Summary summary = farewell(folder, workshop, monitor, checkpoint, out);
        if (!interrupted.get() && !run.server().finished()) {
          throw tooEarly(summary, config);
        }
      }
    }
    return interrupted.get() ? ExitStatus.INTERRUPTED.code() : ExitStatus.OK.code();
  }

  /** Workers without a server: what is saved is the mean of their parameters. */
  private int simulatePeers(RunFolder folder, RunConfig config, Workshop workshop, PrintStream out)
      throws Exception {
    if (options.resume) {
      throw new ConfigException(
          "--resume: a simulated run without a server keeps no worker's state (expected a run with"
              + " a server; or train on from its model with `estafette train --resume`)");
    }
    RunCheckpoints checkpoints = RunFolders.checkpoints(folder, workshop);
    AtomicBoolean interrupted = new AtomicBoolean();
    Interrupts.onFirst(() -> interrupted.set(true));
    try (MetricsLog metrics = MetricsLog.open(folder.metrics());
        ProgressDisplay display = ProgressDisplay.of(out, options.plain, config.tokens());
        TensorBoard board = Boards.open(config, folder, display)) {
      RunMonitor monitor =
          new RunMonitor(
              config.tokens(), board.after(metric -> FaultLines.log(metrics, display, metric)));
      try (SimulatedPeers run = new SimulatedPeers(workshop, monitor)) {
        heading(display, folder, workshop);
        run.start();
        Shown shown = new Shown();
        run.run(interrupted::get, at -> display.update(shown.next(monitor.now(), at)));
        if (!interrupted.get()) {
          run.validate();
        }
        run.endFaults();
        Path checkpoint = checkpoints.write(run.state(), monitor.tally());
        display.close();
        metrics.sync();
        Summary summary = farewell(folder, workshop, monitor, checkpoint, out);
        if (!interrupted.get() && !run.finished()) {
          throw tooEarly(summary, config);
        }
      }
    }
    return interrupted.get() ? ExitStatus.INTERRUPTED.code() : ExitStatus.OK.code();
  }

  private static void heading(ProgressDisplay display, RunFolder folder, Workshop workshop) {
    workshop.describe().forEach((name, fact) -> display.message("  %-9s %s".formatted(name, fact)));
    display.message("  run       " + folder.path() + " (seconds are virtual)");
  }

  private Summary farewell(
      RunFolder folder, Workshop workshop, RunMonitor monitor, Path checkpoint, PrintStream out)
      throws IOException {
    RunConfig config = workshop.config();
    Summary summary = Summaries.write(folder, config, monitor.now(), workshop.gain(), checkpoint);
    Farewell.print(out, folder, config, summary, checkpoint);
    if (options.json) {
      System.out.println(summary.toJson());
    }
    return summary;
  }

  private static RunFailedException tooEarly(Summary summary, RunConfig config) {
    return new RunFailedException(
        "the run ended early, at "
            + summary.tokens()
            + " of "
            + config.tokens()
            + " tokens: nothing is left to happen (have all workers died?)");
  }

  private static Path save(RunCheckpoints checkpoints, SimulatedRun run) {
    try {
      return checkpoints.write(run.state());
    } catch (IOException e) {
      throw new RunFailedException("the checkpoint could not be written: " + e.getMessage());
    }
  }

  private static void resume(RunCheckpoints checkpoints, SimulatedRun run, PrintStream out)
      throws IOException {
    CheckpointStore.Search search = checkpoints.latest();
    RunCheckpoints.reports(search).forEach(line -> out.println("  " + line));
    if (search.checkpoint() == null) {
      throw new CheckpointException("--resume: no checkpoint that verifies");
    }
    SimulationState state = checkpoints.readSimulation(search.checkpoint(), run::lease);
    if (state.server().finished()) {
      throw new ConfigException(
          "the simulated run has finished: there is nothing to resume (longer ones begin anew, with"
              + " another schedule)");
    }
    try {
      run.restore(state);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("--resume: " + e.getMessage());
    }
    out.println("  resumed from " + search.checkpoint().path() + ", virtual second " + run.now());
  }
}
