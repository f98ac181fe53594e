package org.estafette.actor.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code estafette}: trains one model on many workers of unequal speed, without waiting. */
@Command(
    name = "estafette",
    description = "Trains one model on many workers of unequal speed, without waiting.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      TrainCommand.class,
      NodeCommand.class,
      HostCommand.class,
      SimulateCommand.class,
      GenerateCommand.class,
      EvaluateCommand.class,
      CheckpointCommand.class,
      KeysCommand.class,
      ReportCommand.class,
      ReproduceCommand.class,
      TopologyCommand.class,
      SoakCommand.class,
      HistoryCommand.class,
      DoctorCommand.class,
      CompileCommand.class,
      ClasspathCommand.class,
      StatusCommand.class,
      WorkersCommand.class,
      EventsCommand.class,
      ControlCommands.Pause.class,
      ControlCommands.Resume.class,
      ControlCommands.Stop.class,
      ControlCommands.Change.class,
      ControlCommands.Release.class,
      FaultCommand.class,
    },
    footer = {
      "",
      "Examples:",
      "  estafette train                          a language model on the JDK's own sources",
      "  estafette train --data book.txt --workers 4 --tokens 6000000",
      "  estafette simulate conf/sim/mixture.conf",
      "  estafette topology ring --n 16           what a graph does to averaging",
      "  estafette status                         where the run stands that goes on",
      "  estafette COMMAND --help                 more of each command",
    })
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its status. */
  public static void main(String[] args) {
    int status = commandLine().execute(args);
    System.out.flush();
    System.err.flush();
    // Threads of libraries must not keep the process, and no shutdown hook of ours is waited for.
    System.exit(status);
  }

  /** The command line with its errors turned into exit statuses. */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(new Failures())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
