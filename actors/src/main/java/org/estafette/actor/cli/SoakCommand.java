package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.estafette.actor.config.ConfigException;
import org.estafette.algorithm.Refusal;
import org.estafette.history.Violation;
import org.estafette.simulation.chaos.ChaosRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many small runs under random faults, each held against the promises. */
@Command(
    name = "soak",
    description = {
      "Simulates many small runs under random faults (kills, the server's too, cuts, losses,"
          + " doubles, delays, corruption, poison) and holds the history of each against what"
          + " Estafette promises. A run is decided by its seed: the same seed, the same run.",
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette soak --runs 10000",
      "  estafette soak --runs 1 --seed 4711        one run again, with all that it broke",
    })
final class SoakCommand implements Callable<Integer> {
  private static final long LINE_NANOS = 2_000_000_000L;
  private static final int SHOWN = 20;

  @Option(names = "--runs", paramLabel = "N", description = "How many. Default: ${DEFAULT-VALUE}.")
  int runs = 1000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The first run's seed; the others' follow it. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(names = "--json", description = "Print the verdict as JSON.")
  boolean json;

  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private final Map<Long, ChaosRun.Verdict> bad = new LinkedHashMap<>();
  private int done;
  private long faults;
  private long takeovers;
  private long applied;

  @Override
  public Integer call() throws Exception {
    if (runs < 1) {
      throw new ConfigException("--runs " + runs + " (expected >= 1)");
    }
    PrintStream out = json ? System.err : System.out;
    AtomicBoolean interrupted = new AtomicBoolean();
    Interrupts.onFirst(() -> interrupted.set(true));
    long next = System.nanoTime() + LINE_NANOS;
    for (; done < runs && !interrupted.get(); done++) {
      take(ChaosRun.of(seed + done), out);
      if (System.nanoTime() - next > 0) {
        next = System.nanoTime() + LINE_NANOS;
        out.printf("  %,d of %,d runs, %,d faults, %,d bad%n", done + 1, runs, faults, bad.size());
      }
    }
    print(out);
    if (json) {
      System.out.println(new ObjectMapper().writeValueAsString(verdict()));
    }
    if (!bad.isEmpty()) {
      throw new RunFailedException(
          bad.size() + " of " + done + " runs broke a promise or did not end; seeds above");
    }
    return (interrupted.get() ? ExitStatus.INTERRUPTED : ExitStatus.OK).code();
  }

  private void take(ChaosRun.Verdict v, PrintStream out) {
    faults += v.faults();
    takeovers += v.takeovers();
    applied += v.applied();
    v.refused().forEach((reason, n) -> refused.merge(reason, (long) n, Long::sum));
    if (!v.good()) {
      bad.put(v.seed(), v);
      if (bad.size() <= SHOWN) {
        out.println("  seed " + v.seed() + (v.finished() ? ":" : ": has not used up its budget"));
        for (Violation violation : v.violations()) {
          out.println("    " + violation.promise() + " " + violation.detail());
        }
      }
    }
  }

  private void print(PrintStream out) {
    out.printf("  runs       %,d, seeds %d … %d%n", done, seed, seed + done - 1);
    out.printf("  faults     %,d; a new server took over %,d times%n", faults, takeovers);
    out.printf("  pushes     %,d applied%n", applied);
    refused.forEach((reason, n) -> out.printf("             %,d refused: %s%n", n, reason.key()));
    out.printf(
        "  violations %s%n", bad.isEmpty() ? "none" : "in the runs of seeds " + bad.keySet());
  }

  private Map<String, Object> verdict() {
    Map<String, Long> reasons = new LinkedHashMap<>();
    refused.forEach((reason, n) -> reasons.put(reason.key(), n));
    Map<String, Object> v = new LinkedHashMap<>();
    v.put("runs", done);
    v.put("first_seed", seed);
    v.put("faults", faults);
    v.put("takeovers", takeovers);
    v.put("pushes_applied", applied);
    v.put("pushes_refused", reasons);
    v.put("bad_seeds", bad.keySet());
    return v;
  }
}
