package org.estafette.algorithm.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.estafette.algorithm.PeerId;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Gossip over a fixed graph. Of a graph that has lost nodes, the rest keeps its edges and is
 * weighted anew; parts that fell apart are joined again by an edge between their smallest members.
 * A worker whose slot the graph does not have hangs on the live worker with the fewest neighbours.
 */
final class GraphSurroundings implements Surroundings {
  private record Place(int[] slots, MixingMatrix weights, DirectedGraph arcs) {}

  /** What was found last; a function of the live set, so that a race does no harm. */
  private record Found(SortedSet<PeerId> live, Place place) {}

  private final @Nullable Graph graph;
  private final @Nullable DirectedGraph directed;
  private final Function<Graph, MixingMatrix> weights;
  private volatile @Nullable Found found;

  GraphSurroundings(Graph graph, Function<Graph, MixingMatrix> weights) {
    this.graph = graph;
    this.directed = null;
    this.weights = weights;
  }

  /** Push-sum: column-stochastic weights on a directed graph. */
  GraphSurroundings(DirectedGraph directed) {
    this.graph = null;
    this.directed = directed;
    this.weights = MixingMatrix::metropolisHastings;
  }

  @Override
  public Neighbourhood around(PeerId self, SortedSet<PeerId> live, long round, int exchange) {
    Place place = place(live);
    int i = Arrays.binarySearch(place.slots, self.slot());
    if (i < 0) {
      throw new IllegalArgumentException(self + " is not live (expected one of " + live + ")");
    }
    List<PeerId> to = new ArrayList<>();
    List<Double> toWeights = new ArrayList<>();
    for (int j : place.arcs.targets(i)) {
      to.add(PeerId.worker(place.slots[j]));
      toWeights.add(place.weights.weight(j, i));
    }
    List<PeerId> from = new ArrayList<>();
    List<Double> fromWeights = new ArrayList<>();
    for (int j : place.arcs.sources(i)) {
      from.add(PeerId.worker(place.slots[j]));
      fromWeights.add(place.weights.weight(i, j));
    }
    return new Neighbourhood(
        self, place.slots.length, to, from, place.weights.weight(i, i), fromWeights, toWeights);
  }

  private Place place(SortedSet<PeerId> live) {
    return lookUp(live).place;
  }

  @Override
  public SortedSet<PeerId> shared(SortedSet<PeerId> live) {
    return lookUp(live).live;
  }

  private Found lookUp(SortedSet<PeerId> live) {
    Found last = found;
    if (last == null || last.live != live && !last.live.equals(live)) {
      last = new Found(new TreeSet<>(live), find(live));
      found = last;
    }
    return last;
  }

  private Place find(SortedSet<PeerId> live) {
    int[] slots = live.stream().mapToInt(PeerId::slot).toArray();
    if (directed != null) {
      DirectedGraph rest = restOf(directed, slots);
      return new Place(slots, MixingMatrix.columnStochastic(rest), rest);
    }
    Graph rest = restOf(java.util.Objects.requireNonNull(graph), slots);
    return new Place(slots, weights.apply(rest), DirectedGraph.of(rest));
  }

  /** The graph over the live slots, renumbered by rank. */
  private static Graph restOf(Graph graph, int[] slots) {
    List<Edge> edges = new ArrayList<>();
    for (Edge e : graph.edges()) {
      int a = Arrays.binarySearch(slots, e.a());
      int b = Arrays.binarySearch(slots, e.b());
      if (a >= 0 && b >= 0) {
        edges.add(new Edge(a, b));
      }
    }
    Graph rest = Graph.of(slots.length, edges);
    int known = 0;
    while (known < slots.length && slots[known] < graph.size()) {
      known++;
    }
    rest = joined(rest, known);
    for (int i = Math.max(known, 1); i < slots.length; i++) {
      int host = 0;
      for (int j = 1; j < i; j++) {
        host = rest.degree(j) < rest.degree(host) ? j : host;
      }
      edges = new ArrayList<>(rest.edges());
      edges.add(new Edge(host, i));
      rest = Graph.of(slots.length, edges);
    }
    return rest;
  }

  /** Joins the parts of the first {@code known} nodes. */
  private static Graph joined(Graph rest, int known) {
    List<Edge> edges = new ArrayList<>(rest.edges());
    int before = -1;
    for (int[] part : rest.components()) {
      if (part[0] < known) {
        if (before >= 0) {
          edges.add(new Edge(before, part[0]));
        }
        before = part[0];
      }
    }
    return Graph.of(rest.size(), edges);
  }

  private static DirectedGraph restOf(DirectedGraph graph, int[] slots) {
    List<org.estafette.topology.Arc> arcs = new ArrayList<>();
    for (int a = 0; a < slots.length; a++) {
      if (slots[a] < graph.size()) {
        for (int target : graph.targets(slots[a])) {
          int b = Arrays.binarySearch(slots, target);
          if (b >= 0) {
            arcs.add(new org.estafette.topology.Arc(a, b));
          }
        }
      }
    }
    DirectedGraph rest = DirectedGraph.of(slots.length, arcs);
    if (!rest.stronglyConnected()) {
      // A ring through all of them, beside the arcs that are left.
      for (int a = 0; a < slots.length && slots.length > 1; a++) {
        arcs.add(new org.estafette.topology.Arc(a, (a + 1) % slots.length));
      }
      rest = DirectedGraph.of(slots.length, arcs);
    }
    return rest;
  }
}
