package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.Link;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;
import org.estafette.topology.Graph;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/**
 * An inner worker of a relay tree dies. Without repair the tree falls apart; repaired, the
 * survivors reach their own optimum; replaced, all reach that of all.
 */
public final class RelayFailure implements Experiment {
  private static final int N = 16;
  private static final int DEAD = 3;
  private static final double DIES = 300;
  private static final double DETECTED = 10;
  private static final double LATENCY = 0.01;

  /** What was seen by time, and at the end. */
  private record Seen(
      String name, Series error, Series distance, double soon, double error1, double distance1) {}

  private interface Way {
    PeerSimulator start(Fleet fleet, PeerSimulationPlan plan);
  }

  @Override
  public String name() {
    return "relay-failure";
  }

  @Override
  public String about() {
    return "An inner worker of a relay tree dies: repaired, the survivors agree on their own"
        + " optimum; without repair the parts stay apart for ever.";
  }

  @Override
  public Findings run(Effort effort, Progress progress) {
    long rounds = effort.quick() ? 900 : 1500;
    RandomQuadratics task = QuadraticsSpec.paper(N, 1, effort.seed()).generate();
    RandomQuadratics survivors = task.only(survivors());
    Graph graph = Topologies.named("binary-tree", N, TopologyOptions.defaults());
    RelayTree tree = RelayTree.of(graph, 1);
    double rate = 0.1 * tree.correction(RelayTiming.SYNCHRONOUS);
    PeerPlan plan = PeerPlan.of(1, 1, rounds).withPatience(0.5);
    List<Double> speeds = Collections.nCopies(N, 1.0);
    Fleet models = new Fleet(task, Surroundings.relay(tree), plan, rate, speeds);
    Fleet gradients = new Fleet(task, Surroundings.relay(tree), plan, 0.1, speeds);
    PeerSimulationPlan known = PeerSimulationPlan.of(N, new Link(LATENCY, 0));
    PeerSimulationPlan dies = known.dying(DETECTED, death(Double.POSITIVE_INFINITY));
    PeerSimulationPlan unnoticed = known.dying(1e12, death(Double.POSITIVE_INFINITY));
    PeerSimulationPlan replaced = known.dying(DETECTED, death(50));
    Way hold = (f, p) -> f.of((n, precision) -> new RelaySgd(Fill.HOLD, n, precision), p);
    Way half = (f, p) -> f.of((n, precision) -> new RelaySgd(Fill.HALF, n, precision), p);
    Way grad = (f, p) -> f.of(RelayGrad::new, p);
    List<Seen> all = new ArrayList<>();
    all.add(watch("repaired", hold, models, dies, survivors, progress));
    all.add(watch("replaced", hold, models, replaced, task, progress));
    all.add(watch("no repair, half step", half, models, unnoticed, survivors, progress));
    all.add(watch("no repair, hold", hold, models, unnoticed, survivors, progress));
    all.add(watch("RelaySGD/Grad, repaired", grad, gradients, dies, survivors, progress));
    return new Findings(claims(all), List.of(table(all, rounds)), figures(all));
  }

  private static int[] survivors() {
    return java.util.stream.IntStream.range(0, N).filter(i -> i != DEAD).toArray();
  }

  private static List<SimulationPlan.Death> death(double downtime) {
    return List.of(new SimulationPlan.Death(DIES, DEAD, downtime));
  }

  private static Seen watch(
      String name,
      Way way,
      Fleet fleet,
      PeerSimulationPlan plan,
      RandomQuadratics against,
      Progress progress) {
    List<Double> times = new ArrayList<>();
    List<Double> errors = new ArrayList<>();
    List<Double> distances = new ArrayList<>();
    double soon = Double.NaN;
    try (PeerSimulator simulator = way.start(fleet, plan)) {
      simulator.start();
      for (double t = 10; !simulator.finished() && t < 1e5; t += 10) {
        simulator.run(t, simulator::finished);
        times.add(t);
        errors.add(against.error(simulator.mean()));
        distances.add(simulator.consensusDistance2());
        if (Double.isNaN(soon) && t >= DIES + DETECTED + 200) {
          soon = errors.getLast();
        }
      }
    }
    Seen seen =
        new Seen(
            name,
            new Series(name, times, errors),
            new Series(name, times, distances),
            soon,
            errors.getLast(),
            distances.getLast());
    progress.line(
        text("%s: error %.1e, Ξ² %.1e at the end", name, seen.error1(), seen.distance1()));
    return seen;
  }

  private static List<Claim> claims(List<Seen> all) {
    Seen repaired = all.get(0);
    Seen replaced = all.get(1);
    Seen alone = all.get(2);
    Seen gradients = all.get(4);
    return List.of(
        new Claim(
            "repaired: 200 rounds later the survivors are within 1e-6 of their own optimum",
            text("error %.1e", repaired.soon()),
            repaired.soon() < 1e-6),
        new Claim(
            "repaired: in the end they are there, together (error and Ξ² below 1e-15)",
            text("error %.1e, Ξ² %.1e", repaired.error1(), repaired.distance1()),
            repaired.error1() < 1e-15 && repaired.distance1() < 1e-15),
        new Claim(
            "replaced: all sixteen end at the optimum of all (error and Ξ² below 1e-15)",
            text("error %.1e, Ξ² %.1e", replaced.error1(), replaced.distance1()),
            replaced.error1() < 1e-15 && replaced.distance1() < 1e-15),
        new Claim(
            "without repair the parts stay apart: Ξ² above 0.01 at ζ² = 1",
            text("Ξ² %.2f", alone.distance1()),
            alone.distance1() > 0.01),
        new Claim(
            "RelaySGD/Grad never regains consensus, although repaired: Ξ² above 1e-8",
            text("Ξ² %.1e", gradients.distance1()),
            gradients.distance1() > 1e-8));
  }

  private static Table table(List<Seen> all, long rounds) {
    return new Table(
        "failure",
        text(
            "Binary tree, n=%d, ζ²=1: worker %d dies at t=%.0f, noticed %.0f s later; after %d"
                + " rounds",
            N, DEAD, DIES, DETECTED, rounds),
        List.of(
            "what is done", "error 200 s after the repair", "error at the end", "Ξ² at the end"),
        all.stream()
            .<List<Object>>map(s -> List.of(s.name(), s.soon(), s.error1(), s.distance1()))
            .toList());
  }

  private static List<Figure> figures(List<Seen> all) {
    return List.of(
        new Figure(
            "Error against the optimum of those who are there in the end",
            "virtual seconds",
            "f(x̄) − f*",
            false,
            true,
            all.stream().map(Seen::error).toList()),
        new Figure(
            "How far the workers are apart",
            "virtual seconds",
            "Ξ²",
            false,
            true,
            all.stream().map(Seen::distance).toList()));
  }
}
