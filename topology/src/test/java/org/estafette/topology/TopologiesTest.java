package org.estafette.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TopologiesTest {
  private static final TopologyOptions DEFAULTS = TopologyOptions.defaults();

  private static Graph named(String kind, int n) {
    return Topologies.named(kind, n, DEFAULTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 12, 17, 32, 100})
  void shouldBuildConnectedGraphsOfEverySize(int n) {
    for (String kind : List.of("chain", "ring", "star", "complete", "binary-tree", "three-tree")) {
      assertThat(named(kind, n).connected()).as(kind).isTrue();
      assertThat(named(kind, n).size()).as(kind).isEqualTo(n);
    }
    for (String kind : List.of("reversed-binary-tree", "two-cliques", "exponential")) {
      assertThat(named(kind, n).connected()).as(kind).isTrue();
    }
    for (String tree : List.of("chain", "star", "binary-tree", "reversed-binary-tree")) {
      assertThat(named(tree, n).isTree()).as(tree).isTrue();
    }
    assertThat(named("three-tree", n).maxDegree()).isLessThanOrEqualTo(3);
  }

  @Test
  void shouldNameTheNearestKind() {
    assertThatThrownBy(() -> named("hypercub", 8)).hasMessageContaining("did you mean hypercube?");
    assertThatThrownBy(() -> named("fully-conected", 8))
        .hasMessageContaining("did you mean complete?")
        .hasMessageContaining("expected one of chain, ring");
    assertThat(named("Fully_Connected", 4)).isEqualTo(named("complete", 4));
  }

  @Test
  void shouldSayWhichSizesAKindHas() {
    assertThatThrownBy(() -> named("hypercube", 12)).hasMessageContaining("8 or 16");
    assertThatThrownBy(() -> named("torus", 7)).hasMessageContaining("rows × columns = n");
    assertThatThrownBy(() -> Topologies.named("torus", 12, DEFAULTS.withRows(5)))
        .hasMessageContaining("rows=5");
    assertThatThrownBy(() -> named("social", 16)).hasMessageContaining("expected 32");
    assertThatThrownBy(() -> named("ring", 0)).hasMessageContaining("n=0");
  }

  @Test
  void shouldTakeTheMostSquareTorusUnlessTold() {
    assertThat(named("torus", 12).neighbours(0)).containsExactly(1, 3, 4, 8);
    assertThat(Topologies.named("torus", 12, DEFAULTS.withRows(4)).neighbours(0))
        .containsExactly(1, 2, 3, 9);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldDrawTheSameConnectedGraphFromTheSameSeed(long seed) {
    TopologyOptions options = DEFAULTS.withSeed(seed).withDegree(4);
    Graph regular = Topologies.named("random-regular", 33, options);
    assertThat(regular).isEqualTo(Topologies.named("random-regular", 33, options));
    assertThat(regular.connected()).isTrue();
    for (int i = 0; i < 33; i++) {
      assertThat(regular.degree(i)).as("seed " + seed).isEqualTo(4);
    }
    Graph any = Topologies.named("erdos-renyi", 40, options.withProbability(0.15));
    assertThat(any).isEqualTo(Topologies.named("erdos-renyi", 40, options.withProbability(0.15)));
    assertThat(any.connected()).isTrue();
    assertThat(regular)
        .isNotEqualTo(Topologies.named("random-regular", 33, options.withSeed(seed + 1)));
  }

  @Test
  void shouldReachTheDensestAndTheSparsestRegularGraph() {
    assertThat(Topologies.named("random-regular", 6, DEFAULTS.withDegree(5)))
        .isEqualTo(named("complete", 6));
    Graph ring = Topologies.named("random-regular", 9, DEFAULTS.withDegree(2));
    assertThat(ring.connected()).isTrue();
    assertThat(ring.maxDegree()).isEqualTo(2);
  }

  @Test
  void shouldRefuseRandomGraphsThatCannotBe() {
    assertThatThrownBy(() -> named("random-regular", 7)).hasMessageContaining("n × degree even");
    assertThatThrownBy(() -> Topologies.named("random-regular", 4, DEFAULTS.withDegree(4)))
        .hasMessageContaining("degree < n");
    assertThatThrownBy(() -> Topologies.named("erdos-renyi", 50, DEFAULTS.withProbability(0.001)))
        .hasMessageContaining("no connected graph")
        .hasMessageContaining("ln n / n");
  }

  @Test
  void shouldReadEdgesAsPeopleWriteThem() {
    List<Edge> edges = EdgeList.parse(List.of("# mine", "0 1", " 2,1  # and", "", "2 - 3"));
    assertThat(edges).containsExactly(new Edge(0, 1), new Edge(1, 2), new Edge(2, 3));
    assertThat(EdgeList.nodes(edges)).isEqualTo(4);
    assertThat(Topologies.named("edges", 4, DEFAULTS.withEdges(edges)))
        .isEqualTo(named("chain", 4));
    assertThatThrownBy(() -> EdgeList.parse(List.of("0 1", "one two")))
        .hasMessageContaining("line 2")
        .hasMessageContaining("one two");
    assertThatThrownBy(() -> EdgeList.parse(List.of("4 4"))).hasMessageContaining("line 1");
  }

  @Test
  void shouldSpanAGraphByShortestPaths() {
    Graph torus = named("torus", 16);
    Graph tree = SpanningTree.of(torus, 5, SpanningTree.Search.BFS);
    assertThat(tree.isTree()).isTrue();
    assertThat(tree.distancesFrom(5)).containsExactly(torus.distancesFrom(5));
    Graph deep = SpanningTree.of(named("complete", 9), 0, SpanningTree.Search.DFS);
    assertThat(deep).isEqualTo(named("chain", 9));
    Graph parts = Graph.of(4, List.of(new Edge(0, 1)));
    assertThatThrownBy(() -> SpanningTree.of(parts, 0, SpanningTree.Search.BFS))
        .hasMessageContaining("reaches 2 of n=4")
        .hasMessageContaining("3 parts");
  }

  @Test
  void shouldMirrorTheSecondOfTwoTrees() {
    DoubleTrees trees = DoubleTrees.binary(16);
    int bothInner = 0;
    for (int i = 0; i < 16; i++) {
      assertThat(trees.a().degree(i)).isEqualTo(trees.b().degree(15 - i));
      bothInner += trees.a().degree(i) > 1 && trees.b().degree(i) > 1 ? 1 : 0;
    }
    assertThat(bothInner).isZero();
    assertThat(trees.treeOf(6)).isSameAs(trees.a());
    assertThat(trees.treeOf(7)).isSameAs(trees.b());
  }

  @Test
  void shouldUseEveryOffsetInTurnUnlessAsPublished() {
    TimeVaryingExponential graph = new TimeVaryingExponential(8);
    assertThat(List.of(graph.offset(0, 0, 2), graph.offset(0, 1, 2), graph.offset(1, 0, 2)))
        .containsExactly(1, 2, 4);
    assertThat(List.of(graph.offsetAsPublished(1, 0, 2), graph.offsetAsPublished(1, 1, 2)))
        .containsExactly(4, 1); // 2^(1·2 mod 3), 2^(1·3 mod 3)
    assertThat(graph.source(0, 4)).isEqualTo(4);
    assertThat(graph.target(7, 2)).isEqualTo(1);
    assertThatThrownBy(() -> new TimeVaryingExponential(12)).hasMessageContaining("power of two");
  }
}
