package org.estafette.topology.advice;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.spectrum.Spectrum;

/** Judges a plan from its graph and weights alone. */
public final class Advisor {
  private static final double ROUNDING = 1e-9;

  /** Nearer to −1/3 than this, D² converges only for very small step sizes. */
  private static final double NARROW = 0.01;

  private static final int DEEP = 4;

  private Advisor() {}

  /** The gravest thing that is to be said; may need the eigenvalues of W, n³ operations. */
  public static Advice judge(Plan plan) {
    return judge(plan, () -> Spectrum.of(plan.mixing()));
  }

  /**
   * The same with a spectrum that is known already.
   *
   * @param spectrum of the plan's mixing matrix; asked only where W is symmetric
   */
  public static Advice judge(Plan plan, Supplier<Spectrum> spectrum) {
    Graph graph = plan.graph();
    if (!graph.connected()) {
      return disconnected(graph);
    }
    MixingMatrix w = plan.mixing();
    return switch (plan.method()) {
      case RELAY -> relay(graph);
      case RELAY_GRAD -> relayOfGradients(graph);
      case D2 -> d2(w, spectrum);
      case EXACT_DIFFUSION -> averaging(w, spectrum, true);
      case GOSSIP, GRADIENT_TRACKING, QUASI_GLOBAL -> averaging(w, spectrum, false);
      case PUSH_SUM, AD_PSGD -> new Advice.Ok();
    };
  }

  private static Advice disconnected(Graph graph) {
    List<String> parts = graph.components().stream().limit(4).map(Advisor::shortly).toList();
    int count = graph.components().size();
    return new Advice.Refused(
        "the graph falls into "
            + count
            + " parts that never hear of each other: "
            + String.join(", ", parts)
            + (count > parts.size() ? ", …" : ""),
        "add edges between the parts, or take a connected kind such as ring or random-regular");
  }

  private static String shortly(int[] nodes) {
    return nodes.length <= 6
        ? Arrays.toString(nodes)
        : "[" + nodes[0] + " … " + nodes[nodes.length - 1] + ": " + nodes.length + " nodes]";
  }

  private static Advice relay(Graph graph) {
    if (graph.isTree()) {
      return new Advice.Ok();
    }
    return new Advice.Refused(
        "a relay passes each sum on once per edge and so needs a tree (expected "
            + (graph.size() - 1)
            + " edges without a cycle, was "
            + graph.edges().size()
            + ")",
        "relay over a spanning tree of this graph, or take chain, binary-tree or star");
  }

  private static Advice relayOfGradients(Graph graph) {
    Advice tree = relay(graph);
    if (tree.refused()) {
      return tree;
    }
    int delay = RelayTree.of(graph, 0).maxDelay(RelayTiming.SYNCHRONOUS);
    return delay < DEEP
        ? tree
        : new Advice.Warning(
            "gradients arrive up to τ_max="
                + delay
                + " rounds late, and the relay of gradients is stable only for step sizes of the"
                + " order of 1/τ_max",
            "relay models instead, or take a shallower tree");
  }

  private static Advice d2(MixingMatrix w, Supplier<Spectrum> known) {
    Advice common = averaging(w, known, false);
    if (common.refused() || w.asymmetry() > ROUNDING) {
      return common.refused()
          ? common
          : new Advice.Refused(
              "D² needs symmetric weights (W differs from its transpose by " + w.asymmetry() + ")",
              "take Metropolis–Hastings weights");
    }
    Spectrum spectrum = known.get();
    String seen = "λ_min=" + rounded(spectrum.smallest());
    if (!spectrum.allowsD2()) {
      return new Advice.Refused(
          "D² diverges where λ_min ≤ −1/3 (" + seen + ", expected above −0.3333)",
          "take the lazy weights (W + I) / 2, which is exact-diffusion, or another graph (complete,"
              + " star, a small chain); on an even ring also an edge weight below 1/3, such as"
              + " 0.323");
    }
    if (spectrum.smallest() < -1.0 / 3 + NARROW - ROUNDING) {
      return new Advice.Warning(
          "D² is close to its limit (" + seen + ", it diverges at −0.3333)",
          "keep the step size small, or take exact-diffusion");
    }
    return common;
  }

  /**
   * What every averaging needs: the mean stays, and all come together.
   *
   * @param lazy whether (W + I) / 2 is used, whose smallest eigenvalue does no harm
   */
  private static Advice averaging(MixingMatrix w, Supplier<Spectrum> known, boolean lazy) {
    if (!w.rowStochastic()) {
      return new Advice.Refused(
          "rows of W do not sum to 1 with weights from 0, so models that all agree would change",
          "take Metropolis–Hastings weights, or push-sum for directed graphs");
    }
    if (!w.columnStochastic()) {
      return new Advice.Warning(
          "columns of W do not sum to 1, so nodes with many neighbours count for more in the"
              + " result",
          "take Metropolis–Hastings weights");
    }
    if (w.asymmetry() > ROUNDING) {
      return new Advice.Ok();
    }
    Spectrum spectrum = known.get();
    if ((lazy ? spectrum.gapOfSecond() : spectrum.gap()) < ROUNDING) {
      return new Advice.Refused(
          "averaging with W never brings all nodes together (λ₂="
              + rounded(spectrum.second())
              + ", λ_min="
              + rounded(spectrum.smallest())
              + ", expected both within (−1, 1))",
          "take the lazy weights (W + I) / 2, or Metropolis–Hastings");
    }
    return new Advice.Ok();
  }

  private static String rounded(double value) {
    return String.valueOf(Math.round(value * 1e4) / 1e4);
  }
}
