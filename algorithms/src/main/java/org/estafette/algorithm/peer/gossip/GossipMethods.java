package org.estafette.algorithm.peer.gossip;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;

/** The gossip methods by name, and what makes one of its options. */
public final class GossipMethods {
  /** The worker of its own kind, {@link PairwiseWorker}, that is no method of rounds. */
  public static final String PAIRWISE = "ad-psgd";

  private static final double MU = 0.9;

  private static final Map<String, Supplier<GossipOptions>> DEFAULTS = new LinkedHashMap<>();

  static {
    GossipOptions.Dp plain = new GossipOptions.Dp(false);
    DEFAULTS.put("dp-sgd", () -> plain);
    DEFAULTS.put("d2", () -> new GossipOptions.Corrected(false));
    DEFAULTS.put("exact-diffusion", () -> new GossipOptions.Corrected(true));
    DEFAULTS.put("gradient-tracking", GossipOptions.Tracked::new);
    DEFAULTS.put("qg", () -> new GossipOptions.QuasiGlobal(QuasiGlobalForm.NESTEROV, MU, plain));
    DEFAULTS.put("qg-adam", () -> new GossipOptions.QuasiGlobalAdaptive(0.9, 0.999, plain));
    DEFAULTS.put(
        "sgp",
        () -> new GossipOptions.Push(new ExponentialGraph(1, ExponentialGraph.Order.IN_TURN)));
    DEFAULTS.put("push-sum", () -> new GossipOptions.Sum(false));
    DEFAULTS.put("async-push-sum", () -> new GossipOptions.AsyncSum(true));
    DEFAULTS.put("consensus-control", () -> new GossipOptions.Controlled(0.25, 50, plain));
    DEFAULTS.put("powergossip", () -> new GossipOptions.Power(1, 1, 0));
  }

  private GossipMethods() {}

  /** The names of all methods of rounds. */
  public static List<String> names() {
    return List.copyOf(DEFAULTS.keySet());
  }

  /**
   * The default options of a method.
   *
   * @throws IllegalArgumentException for a name that is none; it says which one is nearest
   */
  public static GossipOptions defaults(String name) {
    Supplier<GossipOptions> known = DEFAULTS.get(name);
    if (known != null) {
      return known.get();
    }
    if (name.equals(PAIRWISE)) {
      throw new IllegalArgumentException(
          "method=" + name + " has no rounds (expected PairwiseWorker to be made for it)");
    }
    String nearest =
        java.util.stream.Stream.concat(
                DEFAULTS.keySet().stream(), java.util.stream.Stream.of(PAIRWISE))
            .min(Comparator.<String>comparingInt(k -> distance(name, k)).thenComparing(k -> k))
            .orElseThrow();
    throw new IllegalArgumentException(
        "method=%s (expected one of %s, %s; did you mean %s?)"
            .formatted(name, DEFAULTS.keySet(), PAIRWISE, nearest));
  }

  /**
   * One worker's side of a method, for parameters of that layout.
   *
   * @param layout where the tensors lie; methods that work on the whole vector need only its length
   */
  public static PeerMethod make(GossipOptions options, Layout layout, Precision precision) {
    return switch (options) {
      case GossipOptions.Power o ->
          new PowerGossip(layout, precision, o.rank(), o.iterations(), EdgeBasis.seeded(o.seed()));
      case GossipOptions.QuasiGlobal o ->
          new QuasiGlobalMomentum(
              make(o.around(), layout, precision), layout.length(), precision, o.mu());
      case GossipOptions.QuasiGlobalAdaptive o ->
          new QuasiGlobalAdam(
              make(o.around(), layout, precision),
              layout.length(),
              precision,
              o.beta1(),
              o.beta2());
      default -> make(options, layout.length(), precision);
    };
  }

  /**
   * One worker's side of a method on plain vectors of {@code n} elements.
   *
   * @throws IllegalArgumentException for PowerGossip, which needs to know the matrices
   */
  public static PeerMethod make(GossipOptions options, long n, Precision precision) {
    return switch (options) {
      case GossipOptions.Dp o -> new DpSgd(n, precision, o.overlap());
      case GossipOptions.Corrected o -> new D2(n, precision, o.lazy());
      case GossipOptions.Tracked o -> new GradientTracking(n, precision);
      case GossipOptions.Push o -> new GradientPush(n, precision, o.graph().averagings());
      case GossipOptions.Sum o -> new PushSum(n, precision, PushSum.Step.of(o.weighted()));
      case GossipOptions.AsyncSum o ->
          new AsyncPushSum(n, precision, PushSum.Step.of(o.weighted()));
      case GossipOptions.Power o ->
          throw new IllegalArgumentException(
              "method=" + o.name() + " (expected to be made with a layout, for its matrices)");
      case GossipOptions.QuasiGlobal o ->
          new QuasiGlobalMomentum(make(o.around(), n, precision), n, precision, o.mu());
      case GossipOptions.QuasiGlobalAdaptive o ->
          new QuasiGlobalAdam(make(o.around(), n, precision), n, precision, o.beta1(), o.beta2());
      case GossipOptions.Controlled o ->
          new ConsensusControl(make(o.around(), n, precision), o.fraction(), o.most());
    };
  }

  /**
   * PowerGossip whose edges begin from factors of the caller's own.
   *
   * @param rank r
   * @param iterations power iterations of a round
   */
  public static PeerMethod powerGossip(
      Layout layout, Precision precision, int rank, int iterations, EdgeBasis basis) {
    return new PowerGossip(layout, precision, rank, iterations, basis);
  }

  /**
   * The inner optimizer that a method needs, where it needs one of its own: quasi-global momentum
   * and QG-Adam hand it their moments. Empty where any will do.
   */
  public static Optional<InnerOptimizer> optimizer(GossipOptions options, double weightDecay) {
    return switch (options) {
      case GossipOptions.QuasiGlobal o -> Optional.of(o.form().optimizer(o.mu(), weightDecay));
      case GossipOptions.QuasiGlobalAdaptive o ->
          Optional.of(new InnerOptimizer.AdamW(o.beta1(), o.beta2(), 1e-8, weightDecay, true));
      default -> Optional.empty();
    };
  }

  /**
   * Whether a method's workers must average the same round together. The others can also be run at
   * each worker's own pace.
   */
  public static boolean needsRounds(GossipOptions options) {
    return switch (options) {
      case GossipOptions.Dp o -> false;
      case GossipOptions.Sum o -> false;
      case GossipOptions.AsyncSum o -> false;
      case GossipOptions.QuasiGlobal o -> needsRounds(o.around());
      case GossipOptions.QuasiGlobalAdaptive o -> needsRounds(o.around());
      case GossipOptions.Corrected o -> true;
      case GossipOptions.Tracked o -> true;
      case GossipOptions.Push o -> true;
      case GossipOptions.Power o -> true;
      case GossipOptions.Controlled o -> true;
    };
  }

  /** The time-varying graph that a method runs on; empty where it takes any. */
  public static Optional<ExponentialGraph> graph(GossipOptions options) {
    return switch (options) {
      case GossipOptions.Push o -> Optional.of(o.graph());
      case GossipOptions.QuasiGlobal o -> graph(o.around());
      case GossipOptions.QuasiGlobalAdaptive o -> graph(o.around());
      default -> Optional.empty();
    };
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    java.util.Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
