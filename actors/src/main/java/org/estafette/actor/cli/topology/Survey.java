package org.estafette.actor.cli.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.actor.cli.topology.TopologyReport.Averaging;
import org.estafette.actor.cli.topology.TopologyReport.Judgement;
import org.estafette.actor.cli.topology.TopologyReport.Mixing;
import org.estafette.actor.cli.topology.TopologyReport.Neighbours;
import org.estafette.actor.cli.topology.TopologyReport.Relay;
import org.estafette.actor.cli.topology.TopologyReport.Shape;
import org.estafette.actor.cli.topology.TopologyReport.Toy;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.SpanningTree;
import org.estafette.topology.TimeVaryingExponential;
import org.estafette.topology.advice.Advice;
import org.estafette.topology.advice.Advisor;
import org.estafette.topology.advice.Method;
import org.estafette.topology.advice.Plan;
import org.estafette.topology.spectrum.DelayMatrix;
import org.estafette.topology.spectrum.EffectiveNeighbours;
import org.estafette.topology.spectrum.Spectrum;
import org.estafette.topology.spectrum.ToyProblem;
import org.jspecify.annotations.Nullable;

/** Measures a graph. */
public final class Survey {
  /** Eigenvalues take n³ operations: about ten seconds here. */
  private static final int MOST_FOR_SPECTRUM = 1_500;

  private static final int MOST_FOR_MIXING = 64;
  private static final double[] GAMMAS = {0.9, 0.99};

  private final GraphRequest request;
  private final Graph graph;

  private Survey(GraphRequest request) {
    this.request = request;
    this.graph = request.graph();
  }

  /**
   * The report.
   *
   * @throws IllegalArgumentException for a graph that does not exist
   */
  public static TopologyReport of(GraphRequest request) {
    return new Survey(request).report();
  }

  private TopologyReport report() {
    return new TopologyReport(
        request.kind(),
        graph.size(),
        shape(),
        averaging(),
        relays(),
        advice(),
        graph.edges().stream().map(e -> new int[] {e.a(), e.b()}).toList());
  }

  private Shape shape() {
    int min = Integer.MAX_VALUE;
    for (int i = 0; i < graph.size(); i++) {
      min = Math.min(min, graph.degree(i));
    }
    int parts = graph.components().size();
    long hops = 0;
    int diameter = 0;
    for (int i = 0; parts == 1 && i < graph.size(); i++) {
      for (int d : graph.distancesFrom(i)) {
        hops += d;
        diameter = Math.max(diameter, d);
      }
    }
    double pairs = (double) graph.size() * graph.size();
    return new Shape(
        graph.edges().size(),
        min,
        graph.maxDegree(),
        parts,
        parts == 1 ? diameter : null,
        parts == 1 ? hops / pairs : null,
        graph.isTree());
  }

  private @Nullable Averaging averaging() {
    if (request.isOnePeer()) {
      TimeVaryingExponential changing = new TimeVaryingExponential(graph.size());
      EffectiveNeighbours n = EffectiveNeighbours.of(changing);
      return new Averaging(
          "half of one peer, 2^k ahead",
          changing.period(),
          null,
          null,
          null,
          neighbours(n, n),
          toy(n));
    }
    MixingMatrix w = request.mixing(graph);
    if (graph.size() > MOST_FOR_SPECTRUM) {
      return null;
    }
    Spectrum spectrum = Spectrum.of(w);
    EffectiveNeighbours worst = EffectiveNeighbours.worst(spectrum);
    return new Averaging(
        request.weights(),
        1,
        spectrum.second(),
        spectrum.smallest(),
        spectrum.gap(),
        neighbours(EffectiveNeighbours.mean(spectrum), worst),
        toy(worst));
  }

  private static Map<String, Neighbours> neighbours(
      EffectiveNeighbours mean, EffectiveNeighbours worst) {
    Map<String, Neighbours> all = new LinkedHashMap<>();
    for (double gamma : GAMMAS) {
      all.put(String.valueOf(gamma), new Neighbours(mean.at(gamma), worst.at(gamma)));
    }
    return all;
  }

  private Toy toy(EffectiveNeighbours worst) {
    double zeta = ToyProblem.USUAL_ZETA;
    ToyProblem.Best best = new ToyProblem(worst, zeta).best();
    double n = graph.size();
    return new Toy(zeta, best.stepSize(), best.rate(), 1 / zeta, n / (n + zeta - 1));
  }

  private List<Relay> relays() {
    List<Relay> relays = new ArrayList<>();
    if (request.isDoubleTrees()) {
      DoubleTrees trees = DoubleTrees.binary(graph.size());
      relays.add(relay("tree A, even coordinates", RelayTree.of(trees.a(), trees.a().centre())));
      relays.add(relay("tree B, odd coordinates", RelayTree.of(trees.b(), trees.b().centre())));
    } else if (graph.connected() && !request.isOnePeer()) {
      int root = graph.centre();
      Graph tree = graph.isTree() ? graph : SpanningTree.of(graph, root, SpanningTree.Search.BFS);
      relays.add(
          relay(
              graph.isTree() ? "this tree" : "a spanning tree from node " + root,
              RelayTree.of(tree, root)));
    }
    return relays;
  }

  private static Relay relay(String over, RelayTree tree) {
    Mixing mixing = null;
    if (tree.size() > 1 && tree.size() <= MOST_FOR_MIXING) {
      DelayMatrix.Mixing found = DelayMatrix.of(tree).mixing();
      mixing = new Mixing(found.m(), found.p(), found.ratio());
    }
    return new Relay(
        over,
        tree.root(),
        tree.maxDelay(RelayTiming.SYNCHRONOUS),
        tree.maxDelay(RelayTiming.OVERLAPPED),
        tree.correction(RelayTiming.SYNCHRONOUS),
        tree.correction(RelayTiming.OVERLAPPED),
        mixing);
  }

  private Map<String, Judgement> advice() {
    Map<String, Judgement> all = new LinkedHashMap<>();
    if (request.isOnePeer()) {
      all.put(Method.PUSH_SUM.shown(), judgement(new Advice.Ok()));
    } else if (request.isDoubleTrees()) {
      for (Method method : List.of(Method.RELAY, Method.RELAY_GRAD)) {
        DoubleTrees trees = DoubleTrees.binary(graph.size());
        all.put(method.shown(), judgement(Advisor.judge(Plan.of(method, trees.a()))));
      }
    } else if (graph.size() <= MOST_FOR_SPECTRUM) {
      for (Method method : Method.values()) {
        Plan plan = new Plan(method, graph, request.mixing(graph));
        all.put(method.shown(), judgement(Advisor.judge(plan)));
      }
    }
    return all;
  }

  private static Judgement judgement(Advice advice) {
    return switch (advice) {
      case Advice.Ok ok -> new Judgement("ok", null, null);
      case Advice.Warning w -> new Judgement("warning", w.reason(), w.remedy());
      case Advice.Refused r -> new Judgement("refused", r.reason(), r.remedy());
    };
  }
}
