package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.estafette.actor.config.ConfigException;
import org.estafette.simulation.chaos.ChaosRun;
import org.estafette.simulation.chaos.PeerChaosRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many small runs under random faults, each held against the promises. */
@Command(
    name = "soak",
    description = {
      "Simulates many small runs under random faults (kills, the server's too, cuts, losses,"
          + " doubles, delays, corruption, poison) and holds the history of each against what"
          + " Estafette promises: runs with a server, and runs without one over all methods of"
          + " relay and gossip. A run is decided by its kind and seed: the same run each time.",
      "With --minutes one real run of processes is broken instead: processes are killed and"
          + " stopped, messages lost, and its end is compared with that of the same run without"
          + " faults.",
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette soak --runs 10000",
      "  estafette soak --runs 1 --seed 4711 --kind peers     one run again, with all it broke",
      "  estafette soak --minutes 10                          processes, for ten minutes",
    })
final class SoakCommand implements Callable<Integer> {
  private static final long LINE_NANOS = 2_000_000_000L;

  /** Which runs. */
  enum Kind {
    server,
    peers,
    all
  }

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = {
        "Runs with a server, without one (peers), or both of each seed: ${COMPLETION-CANDIDATES}."
            + " Default: ${DEFAULT-VALUE}."
      })
  Kind kind = Kind.all;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How many of each kind. Default: ${DEFAULT-VALUE}.")
  int runs = 1000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The first run's seed; the others' follow it. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(names = "--json", description = "Print the verdict as JSON.")
  boolean json;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "Break a run of processes for so long; then a run without faults follows.")
  @Nullable Double minutes;

  @Option(
      names = "--mean-between",
      paramLabel = "SECONDS",
      description = "Between two faults of --minutes, on average. Default: ${DEFAULT-VALUE}.")
  double meanBetween = 4;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "New folder for the runs of --minutes. Default: one below runs/.")
  @Nullable Path out;

  private final SoakTally server = new SoakTally("server", "pushes applied");
  private final SoakTally peers = new SoakTally("peers", "rounds averaged");
  private int done;

  @Override
  public Integer call() throws Exception {
    if (minutes != null) {
      return SoakOfProcesses.run(minutes, meanBetween, seed, out, json);
    }
    if (runs < 1) {
      throw new ConfigException("--runs " + runs + " (expected >= 1)");
    }
    PrintStream to = json ? System.err : System.out;
    AtomicBoolean interrupted = new AtomicBoolean();
    Interrupts.onFirst(() -> interrupted.set(true));
    long next = System.nanoTime() + LINE_NANOS;
    for (; done < runs && !interrupted.get(); done++) {
      if (kind != Kind.peers) {
        ChaosRun.Verdict v = ChaosRun.of(seed + done);
        server.take(v.seed(), "", v.finished(), v.violations(), to);
        server.count(v.faults(), v.takeovers(), v.applied(), v.refused());
      }
      if (kind != Kind.server) {
        PeerChaosRun.Verdict v = PeerChaosRun.of(seed + done);
        peers.take(v.seed(), v.kind(), v.finished(), v.violations(), to);
        peers.count(v.faults(), v.rejoined(), v.averages(), v.refused());
      }
      if (System.nanoTime() - next > 0) {
        next = System.nanoTime() + LINE_NANOS;
        to.printf(
            "  %,d of %,d seeds, %,d faults, %,d bad runs%n",
            done + 1, runs, server.faults() + peers.faults(), bad());
      }
    }
    print(to);
    if (json) {
      System.out.println(new ObjectMapper().writeValueAsString(verdict()));
    }
    if (bad() > 0) {
      throw new RunFailedException(
          bad() + " runs of " + done + " seeds broke a promise or did not end; seeds above");
    }
    return (interrupted.get() ? ExitStatus.INTERRUPTED : ExitStatus.OK).code();
  }

  private int bad() {
    return server.bad() + peers.bad();
  }

  private void print(PrintStream to) {
    to.printf("  seeds      %d … %d%n", seed, seed + done - 1);
    if (kind != Kind.peers) {
      to.printf("with a server: %,d runs%n", done);
      server.print("a new server took over", to);
    }
    if (kind != Kind.server) {
      to.printf("without a server: %,d runs%n", done);
      peers.print("a worker came back or came later", to);
    }
  }

  private Map<String, Object> verdict() {
    Map<String, Object> v = new LinkedHashMap<>();
    v.put("runs", done);
    v.put("first_seed", seed);
    if (kind != Kind.peers) {
      v.put("server", server.json("takeovers", "pushes_applied", "pushes_refused"));
    }
    if (kind != Kind.server) {
      v.put("peers", peers.json("joins", "rounds_averaged", "messages_refused"));
    }
    return v;
  }
}
