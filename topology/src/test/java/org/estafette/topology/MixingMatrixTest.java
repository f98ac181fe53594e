package org.estafette.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MixingMatrixTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldBeDoublyStochasticOnEveryGraph(long seed) {
    Graph graph = RandomCases.graph(20, 0.04 * seed, seed);
    for (MixingMatrix w :
        List.of(
            MixingMatrix.metropolisHastings(graph),
            MixingMatrix.maxDegree(graph),
            MixingMatrix.metropolisHastings(graph).lazy(),
            MixingMatrix.metropolisHastings(graph).without((int) seed))) {
      assertThat(w.asymmetry()).as("seed " + seed).isZero();
      assertThat(w.rowStochastic()).as("seed " + seed).isTrue();
      assertThat(w.columnStochastic()).as("seed " + seed).isTrue();
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 20; j++) {
          if (i != j && !graph.adjacent(i, j)) {
            assertThat(w.weight(i, j)).isZero();
          }
        }
      }
    }
    MixingMatrix push = MixingMatrix.columnStochastic(DirectedGraph.of(graph));
    assertThat(push.columnStochastic()).as("seed " + seed).isTrue();
    assertThat(MixingMatrix.uniform(graph).rowStochastic()).as("seed " + seed).isTrue();
  }

  @Test
  void shouldGiveTheSharesOfPushSumByOutDegree() {
    DirectedGraph graph =
        DirectedGraph.of(
            4, List.of(new Arc(0, 1), new Arc(1, 2), new Arc(1, 3), new Arc(2, 0), new Arc(3, 0)));
    double third = 1.0 / 3;
    assertThat(MixingMatrix.columnStochastic(graph).toArray())
        .isDeepEqualTo(
            new double[][] {
              {0.5, 0, 0.5, 0.5}, {0.5, third, 0, 0}, {0, third, 0.5, 0}, {0, third, 0, 0.5}
            });
    assertThat(graph.stronglyConnected()).isTrue();
    assertThat(DirectedGraph.of(3, List.of(new Arc(0, 1), new Arc(1, 2))).stronglyConnected())
        .isFalse();
    assertThat(DirectedGraph.exponential(8).targets(6)).containsExactly(0, 2, 7);
    assertThat(DirectedGraph.exponential(8).sources(0)).containsExactly(4, 6, 7);
  }

  @Test
  void shouldGiveADeadNodesWeightBackToItsNeighbours() {
    Graph chain = Topologies.named("chain", 3, TopologyOptions.defaults());
    MixingMatrix w = MixingMatrix.metropolisHastings(chain).without(1);
    assertThat(w.toArray()).isDeepEqualTo(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  }

  @Test
  void shouldWeighEveryEdgeAlikeWhereTold() {
    Graph ring = Topologies.named("ring", 6, TopologyOptions.defaults());
    MixingMatrix w = MixingMatrix.edgeWeight(ring, 0.32);
    assertThat(w.weight(0, 5)).isEqualTo(0.32);
    assertThat(w.weight(0, 0)).isCloseTo(0.36, within(1e-15));
    assertThatThrownBy(() -> MixingMatrix.edgeWeight(ring, 0.6))
        .hasMessageContaining("edge weight=0.6")
        .hasMessageContaining("1/2");
  }

  @Test
  void shouldRefuseWeightsThatAreNone() {
    assertThatThrownBy(() -> MixingMatrix.of(2, new double[] {1, 0, 0}))
        .hasMessageContaining("weights=3");
    assertThatThrownBy(() -> MixingMatrix.of(2, new double[] {1, 0, Double.NaN, 1}))
        .hasMessageContaining("W[1][0]=NaN");
  }
}
