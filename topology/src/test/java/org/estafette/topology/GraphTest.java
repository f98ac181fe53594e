package org.estafette.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jgrapht.GraphTests;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GraphTest {
  @Test
  void shouldCountAnEdgeOnceHoweverItIsGiven() {
    Graph graph = Graph.of(3, List.of(new Edge(2, 0), new Edge(0, 2), new Edge(0, 1)));
    assertThat(graph.edges()).containsExactly(new Edge(0, 1), new Edge(0, 2));
    assertThat(graph.neighbours(0)).containsExactly(1, 2);
    assertThat(graph.degree(2)).isOne();
    assertThat(graph.neighbour(2, 0)).isZero();
  }

  @Test
  void shouldSayWhatIsWrongWithAnEdge() {
    assertThatThrownBy(() -> new Edge(3, 3)).hasMessageContaining("3–3 joins a node to itself");
    assertThatThrownBy(() -> new Edge(-1, 3)).hasMessageContaining("expected nodes from 0");
    assertThatThrownBy(() -> Graph.of(3, List.of(new Edge(1, 3))))
        .hasMessageContaining("edge 1–3 names node 3")
        .hasMessageContaining("0 … 2")
        .hasMessageContaining("n=3");
    assertThatThrownBy(() -> Graph.of(0, List.of())).hasMessageContaining("size=0");
  }

  @Test
  void shouldNotLetItsNeighboursBeChangedFromOutside() {
    Graph graph = Topologies.named("ring", 5, TopologyOptions.defaults());
    graph.neighbours(0)[0] = 99;
    assertThat(graph.neighbours(0)).containsExactly(1, 4);
  }

  @Test
  void shouldTellThePartsOfADisconnectedGraph() {
    Graph graph = Graph.of(5, List.of(new Edge(0, 3), new Edge(1, 4)));
    assertThat(graph.connected()).isFalse();
    assertThat(graph.isTree()).isFalse();
    assertThat(graph.components())
        .containsExactly(new int[] {0, 3}, new int[] {1, 4}, new int[] {2});
    assertThat(graph.distances()[0]).containsExactly(0, -1, -1, 1, -1);
    assertThatThrownBy(graph::diameter).hasMessageContaining("parts=3");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldAgreeWithAnotherLibraryOnRandomGraphs(long seed) {
    Graph graph = RandomCases.graph(14, 0.05 + 0.03 * seed, seed);
    SimpleGraph<Integer, DefaultEdge> other = new SimpleGraph<>(DefaultEdge.class);
    for (int i = 0; i < 14; i++) {
      other.addVertex(i);
    }
    graph.edges().forEach(e -> other.addEdge(e.a(), e.b()));
    assertThat(graph.connected()).as("seed " + seed).isEqualTo(GraphTests.isConnected(other));
    assertThat(graph.isTree()).as("seed " + seed).isEqualTo(GraphTests.isTree(other));
    DijkstraShortestPath<Integer, DefaultEdge> paths = new DijkstraShortestPath<>(other);
    int[][] distances = graph.distances();
    for (int i = 0; i < 14; i++) {
      for (int j = 0; j < 14; j++) {
        double expected = paths.getPathWeight(i, j);
        assertThat(distances[i][j])
            .as("seed " + seed + ", " + i + " to " + j)
            .isEqualTo(Double.isInfinite(expected) ? Graph.UNREACHABLE : (int) expected);
      }
    }
  }
}
