package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.number;
import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.Link;
import org.estafette.simulation.Losses;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/**
 * Workers of unequal speed that wait for nobody. In AD-PSGD the fast ones weigh more, and the model
 * settles beside the optimum; in asynchronous RelaySGD each counts once, however often it steps.
 */
public final class RelaySpeeds implements Experiment {
  private static final int N = 16;
  private static final double DELAY = 0.5;
  private static final double LOST = 0.1;
  private static final double RATE = 0.1;

  /** RelaySGD moves slower by about the mean delay at the same rate. */
  private static final double RELAY_RATE = 0.3;

  private record Seen(String name, double zeta2, Series error, double last, double distance2) {}

  @Override
  public String name() {
    return "relay-speeds";
  }

  @Override
  public String about() {
    return "Workers of unequal speed that wait for nobody: asynchronous RelaySGD still finds the"
        + " optimum, AD-PSGD settles where the fast ones pull it.";
  }

  @Override
  public Findings run(Effort effort, Progress progress) {
    double horizon = effort.quick() ? 2000 : 4000;
    List<Seen> all = new ArrayList<>();
    for (double zeta2 : new double[] {0.1, 1}) {
      RandomQuadratics task = QuadraticsSpec.paper(N, zeta2, effort.seed()).generate();
      all.add(relay(task, zeta2, horizon, effort, progress));
      all.add(pairwise(task, zeta2, horizon, effort, progress));
    }
    return new Findings(claims(all), List.of(table(all, horizon)), List.of(figure(all)));
  }

  /** Seconds a step, from 1 to 4: the last worker is four times slower than the first. */
  private static List<Double> speeds() {
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      seconds.add(1 + 3.0 * i / (N - 1));
    }
    return seconds;
  }

  private static PeerSimulationPlan simulation(Effort effort) {
    return PeerSimulationPlan.of(N, new Link(DELAY, 0)).losing(Losses.of(LOST, effort.seed()));
  }

  private static Seen relay(
      RandomQuadratics task, double zeta2, double horizon, Effort effort, Progress progress) {
    RelayTree tree =
        RelayTree.of(Topologies.named("binary-tree", N, TopologyOptions.defaults()), 1);
    PeerPlan plan = PeerPlan.of(1, 1, Long.MAX_VALUE).withPace(PeerPlan.Pace.ASYNCHRONOUS);
    Fleet fleet = new Fleet(task, Surroundings.relay(tree), plan, RELAY_RATE, speeds());
    try (PeerSimulator simulator =
        fleet.of(
            (length, precision) -> new RelaySgd(Fill.HOLD, length, precision),
            simulation(effort))) {
      return watch("RelaySGD", task, zeta2, simulator, horizon, progress);
    }
  }

  private static Seen pairwise(
      RandomQuadratics task, double zeta2, double horizon, Effort effort, Progress progress) {
    Surroundings ring =
        Surroundings.gossip(
            Topologies.named("ring", N, TopologyOptions.defaults()),
            MixingMatrix::metropolisHastings);
    PeerPlan plan =
        PeerPlan.of(1, 1, Long.MAX_VALUE)
            .withPace(PeerPlan.Pace.ASYNCHRONOUS)
            .withPatience(4 * DELAY);
    Fleet fleet = new Fleet(task, ring, plan, RATE, speeds());
    try (PeerSimulator simulator = fleet.pairwise(simulation(effort), effort.seed())) {
      return watch("AD-PSGD", task, zeta2, simulator, horizon, progress);
    }
  }

  private static Seen watch(
      String method,
      RandomQuadratics task,
      double zeta2,
      PeerSimulator simulator,
      double horizon,
      Progress progress) {
    String name = method + ", ζ²=" + number(zeta2);
    List<Double> times = new ArrayList<>();
    List<Double> errors = new ArrayList<>();
    simulator.start();
    double sum = 0;
    int late = 0;
    double step = horizon / 200;
    for (int k = 1; k <= 200; k++) {
      simulator.run(k * step, () -> false);
      double error = task.error(simulator.mean());
      times.add(k * step);
      errors.add(error);
      if (k > 150) {
        sum += error;
        late++;
      }
    }
    double last = sum / late;
    progress.line(text("%s: mean error %.1e over the last quarter", name, last));
    return new Seen(
        name, zeta2, new Series(name, times, errors), last, simulator.consensusDistance2());
  }

  private static List<Claim> claims(List<Seen> all) {
    double relay = Math.max(all.get(0).last(), all.get(2).last());
    double little = all.get(1).last();
    double much = all.get(3).last();
    return List.of(
        new Claim(
            "asynchronous RelaySGD, speeds 1:4, 10 % lost: error below 1e-12 for ζ² = 0.1 and 1",
            text("%.1e", relay), relay < 1e-12),
        new Claim(
            "AD-PSGD stops a million times higher",
            text("%.1e at ζ² = 0.1, %.1e at ζ² = 1", little, much),
            little > 1e6 * relay && much > 1e6 * relay),
        new Claim(
            "and its error is in proportion to ζ² (ten times, within a third)",
            text("%.2f times", much / little),
            Math.abs(much / little / 10 - 1) <= 1.0 / 3));
  }

  private static Table table(List<Seen> all, double horizon) {
    return new Table(
        "speeds",
        text(
            "n=%d, 1 to 4 s a step, messages take %.1f s, %.0f %% lost: mean of the last quarter of"
                + " %.0f s",
            N, DELAY, 100 * LOST, horizon),
        List.of("method", "ζ²", "error", "Ξ² at the end"),
        all.stream()
            .<List<Object>>map(s -> List.of(s.name(), s.zeta2(), s.last(), s.distance2()))
            .toList());
  }

  private static Figure figure(List<Seen> all) {
    return new Figure(
        "Error in virtual time",
        "virtual seconds",
        "f(x̄) − f*",
        false,
        true,
        all.stream().map(Seen::error).toList());
  }
}
