package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.estafette.actor.record.Report;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.RunRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws runs. */
@Command(
    name = "report",
    description = "Draws one run, or several over each other, as a page that needs no network.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  estafette report runs/async runs/sync --out comparison.html"})
final class ReportCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders.")
  List<Path> runs = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to. Default: ${DEFAULT-VALUE}.")
  Path out = Path.of("report.html");

  @Override
  public Integer call() throws Exception {
    List<RunRecord> records = new ArrayList<>();
    for (Path run : runs) {
      records.add(RunRecord.load(RunFolder.open(run)));
    }
    Report.write(out, records);
    System.out.println("  report    " + out);
    return ExitStatus.OK.code();
  }
}
