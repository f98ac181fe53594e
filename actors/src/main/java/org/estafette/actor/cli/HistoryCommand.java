package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.estafette.actor.history.DamagedHistoryException;
import org.estafette.actor.history.RunHistory;
import org.estafette.history.Violation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Recorded histories of runs. */
@Command(
    name = "history",
    description = "Looks at the history that a run has recorded (history.record = true).",
    mixinStandardHelpOptions = true,
    subcommands = HistoryCommand.Check.class,
    footer = {"", "Examples:", "  estafette history check runs/async"})
final class HistoryCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    picocli.CommandLine.usage(this, System.out);
    return ExitStatus.USAGE.code();
  }

  /** Holds it against the promises. */
  @Command(
      name = "check",
      description = {
        "Reads the histories of all processes of a run and holds them against what Estafette"
            + " promises: each push applied at most once and unaltered, versions one by one, one"
            + " accepting server, and every push accounted for.",
      },
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples:",
        "  estafette history check runs/async",
        "  estafette history check runs/async runs/async-other-machine",
      })
  static final class Check implements Callable<Integer> {
    @Parameters(
        arity = "1..*",
        paramLabel = "RUN",
        description = "The run's folder, and the folders of nodes that wrote elsewhere.")
    List<Path> folders = List.of();

    @Option(names = "--json", description = "Print the verdict as JSON.")
    boolean json;

    @Override
    public Integer call() throws IOException {
      RunHistory.Verdict v;
      try {
        v = RunHistory.read(folders).check();
      } catch (DamagedHistoryException e) {
        throw new RunFailedException("the history was changed: " + e.getMessage());
      }
      print(v, json ? System.err : System.out);
      if (json) {
        System.out.println(new ObjectMapper().writeValueAsString(verdict(v)));
      }
      if (!v.violations().isEmpty()) {
        throw new RunFailedException(v.violations().size() + " promises were broken; see above");
      }
      return ExitStatus.OK.code();
    }

    private static void print(RunHistory.Verdict v, PrintStream out) {
      out.printf(
          "  files      %,d%s%s%n",
          v.files(),
          v.killed() == 0 ? "" : ", of which " + v.killed() + " have no end",
          v.torn() == 0 ? "" : ", and " + v.torn() + " a last line that was cut off");
      out.printf("  servers    %,d, one after the other%n", v.servers());
      out.printf(
          "  pushes     %,d: %,d applied, %,d refused, %,d lost with a reason, %,d under way%n",
          v.pushes(), v.applied(), v.refused(), v.lost(), v.underWay());
      if (v.inferred() > 0) {
        out.printf("             %,d came whose sending is in no file%n", v.inferred());
      }
      for (Violation violation : v.violations()) {
        out.println("  broken     " + violation.promise() + " " + violation.detail());
      }
      out.printf("  violations %s%n", v.violations().isEmpty() ? "none" : v.violations().size());
    }

    private static Map<String, Object> verdict(RunHistory.Verdict v) {
      Map<String, Object> o = new LinkedHashMap<>();
      o.put("files", v.files());
      o.put("files_without_end", v.killed());
      o.put("files_torn", v.torn());
      o.put("servers", v.servers());
      o.put("pushes", v.pushes());
      o.put("applied", v.applied());
      o.put("refused", v.refused());
      o.put("lost", v.lost());
      o.put("under_way", v.underWay());
      o.put("sendings_inferred", v.inferred());
      o.put(
          "violations", v.violations().stream().map(x -> x.promise() + " " + x.detail()).toList());
      return o;
    }
  }
}
