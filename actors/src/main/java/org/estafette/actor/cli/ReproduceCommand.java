package org.estafette.actor.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.actor.reproduce.Experiments;
import org.estafette.actor.reproduce.FindingsFolder;
import org.estafette.simulation.experiment.Experiment;
import org.estafette.simulation.experiment.Findings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Repeats published experiments. */
@Command(
    name = "reproduce",
    description =
        "Repeats a published experiment and holds its claims against what is measured: tables,"
            + " curves and a verdict. Ends with status 0 only where every claim holds.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette reproduce --list",
      "  estafette reproduce relay-quadratics",
      "  estafette reproduce relay-loss --quick --out loss",
      "  estafette reproduce relay-cifar --data cifar-10-batches-bin",
    })
final class ReproduceCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which one; see --list.")
  @Nullable String name;

  @Option(names = "--list", description = "Lists the experiments.")
  boolean list;

  @Option(
      names = "--quick",
      description = "Fewer sizes, seeds and rounds: the same claims, sooner.")
  boolean quick;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of all that is random. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "For relay-cifar: the folder of CIFAR-10's binary version. Default: generated images.")
  @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to; what is there is replaced. Default: runs/reproduce/NAME.")
  @Nullable Path out;

  @Override
  public Integer call() throws Exception {
    PrintStream to = System.out;
    if (list) {
      for (Experiment e : Experiments.all()) {
        to.printf("  %-18s %s%n", e.name(), e.about());
      }
      return ExitStatus.OK.code();
    }
    Experiment experiment = chosen();
    Path folder = out != null ? out : Path.of("runs", "reproduce", experiment.name());
    to.println("  " + experiment.about());
    long start = System.nanoTime();
    Findings findings =
        experiment.run(
            new Experiment.Effort(quick, seed),
            line -> to.printf("  %6.1f s  %s%n", (System.nanoTime() - start) * 1e-9, line));
    String how =
        "`estafette reproduce %s%s%s`"
            .formatted(
                experiment.name(),
                (quick ? " --quick" : "") + (data == null ? "" : " --data …"),
                seed == 0 ? "" : " --seed " + seed);
    FindingsFolder.write(folder, experiment, findings, how);
    for (Findings.Claim claim : findings.claims()) {
      to.println((claim.holds() ? "  holds  " : "  FAILS  ") + claim.text());
      to.println("         " + claim.measured());
    }
    to.println("  written   " + folder);
    // As with doctor: the command did its work, and found something that is not as it should be.
    return findings.hold() ? ExitStatus.OK.code() : ExitStatus.UNEXPECTED.code();
  }

  private Experiment chosen() throws UnreadableDataException {
    List<String> names = Experiments.all().stream().map(Experiment::name).toList();
    if (name == null) {
      throw new ConfigException(
          "reproduce: no experiment named (expected one of " + String.join(", ", names) + ")");
    }
    if (data != null) {
      if (!name.equals("relay-cifar")) {
        throw new ConfigException("reproduce " + name + " takes no --data (relay-cifar does)");
      }
      return Experiments.cifar(data, new ReadingLine(System.out, true));
    }
    return Experiments.named(name)
        .orElseThrow(() ->
            new ConfigException(
                "reproduce %s: no such experiment (expected one of %s)"
                    .formatted(name, names.stream().collect(Collectors.joining(", ")))));
  }
}
