package org.estafette.actor.cli.topology;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is told about a graph.
 *
 * @param kind its name
 * @param n nodes
 * @param shape what one sees
 * @param averaging what it does to gossip; null where the graph is too large for its spectrum
 * @param relays each relay tree: the graph itself, a spanning tree of it, or two trees
 * @param advice a judgement for each method
 * @param edges each as two numbers
 */
public record TopologyReport(
    String kind,
    int n,
    Shape shape,
    @Nullable Averaging averaging,
    List<Relay> relays,
    Map<String, Judgement> advice,
    List<int[]> edges) {

  /**
   * What one sees.
   *
   * @param edges number of edges
   * @param minDegree neighbours of the loneliest node
   * @param maxDegree neighbours of the busiest node
   * @param parts connected parts
   * @param diameter longest of the shortest paths; null where there are parts
   * @param meanDistance mean hops over ordered pairs, a node and itself among them
   * @param tree whether it is a tree
   */
  public record Shape(
      int edges,
      int minDegree,
      int maxDegree,
      int parts,
      @Nullable Integer diameter,
      @Nullable Double meanDistance,
      boolean tree) {}

  /**
   * What it does to gossip.
   *
   * @param weights which W
   * @param period averagings until a changing graph repeats itself; 1 otherwise
   * @param lambda2 second largest eigenvalue; null where the graph changes
   * @param lambdaMin smallest eigenvalue
   * @param spectralGap 1 − the second largest absolute one
   * @param effectiveNeighbours n_W by γ
   * @param toy the noisy quadratic
   */
  public record Averaging(
      String weights,
      int period,
      @Nullable Double lambda2,
      @Nullable Double lambdaMin,
      @Nullable Double spectralGap,
      Map<String, Neighbours> effectiveNeighbours,
      Toy toy) {}

  /** n_W, over all nodes and of the worst one. */
  public record Neighbours(double mean, double worst) {}

  /** The best rate on random quadratics with noise ζ, beside that of one node alone and of all. */
  public record Toy(
      double zeta, double bestStepSize, double bestRate, double alone, double complete) {}

  /**
   * A relay tree.
   *
   * @param over what it is in words
   * @param root where children are adopted from
   * @param tauMax rounds until every node counts all, synchronous
   * @param tauMaxOverlapped the same when sending overlaps with local steps
   * @param correction κ, synchronous
   * @param correctionOverlapped κ, overlapped
   * @param mixing m and p of the delay matrix; null for large trees
   */
  public record Relay(
      String over,
      int root,
      int tauMax,
      int tauMaxOverlapped,
      double correction,
      double correctionOverlapped,
      @Nullable Mixing mixing) {}

  /** After m rounds a share of p is forgotten in each; m / p is what rates depend on. */
  public record Mixing(int m, double p, double ratio) {}

  /** ok, warning or refused, with reason and remedy for the latter two. */
  public record Judgement(String verdict, @Nullable String reason, @Nullable String remedy) {}

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .configure(SerializationFeature.INDENT_OUTPUT, true)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  /** As JSON, names in snake_case, without what is null. */
  public String toJson() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
