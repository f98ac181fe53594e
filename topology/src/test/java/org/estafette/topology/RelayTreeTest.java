package org.estafette.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RelayTreeTest {
  /** Of which round is each node's model in the sum of each other one, when rounds have passed. */
  private static int[][] relayed(RelayTree tree, RelayTiming timing, int rounds) {
    int n = tree.size();
    Map<String, int[]> held = new HashMap<>();
    int[][] sums = new int[n][];
    for (int t = 0; t < rounds; t++) {
      Map<String, int[]> sent = new HashMap<>();
      for (int i : tree.nodes()) {
        for (int j : tree.neighbours(i)) {
          int[] message = new int[n];
          Arrays.fill(message, -1);
          message[i] = t;
          for (int k : tree.neighbours(i)) {
            if (k != j && held.containsKey(k + ">" + i)) {
              add(message, held.get(k + ">" + i));
            }
          }
          sent.put(i + ">" + j, message);
        }
      }
      for (int i : tree.nodes()) {
        sums[i] = new int[n];
        Arrays.fill(sums[i], -1);
        sums[i][i] = t;
        Map<String, int[]> used = timing == RelayTiming.SYNCHRONOUS ? sent : held;
        for (int k : tree.neighbours(i)) {
          if (used.containsKey(k + ">" + i)) {
            add(sums[i], used.get(k + ">" + i));
          }
        }
      }
      held = sent;
    }
    return sums;
  }

  private static void add(int[] to, int[] message) {
    for (int k = 0; k < to.length; k++) {
      if (message[k] >= 0) {
        assertThat(to[k]).as("node " + k + " counted twice").isEqualTo(-1);
        to[k] = message[k];
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldDelayAsARelayOfMessagesDoes(long seed) {
    int n = 2 + (int) seed * 2;
    RelayTree tree = RelayTree.of(RandomCases.tree(n, seed), (int) seed % n);
    for (RelayTiming timing : RelayTiming.values()) {
      int delay = tree.maxDelay(timing);
      int[][] rounds = relayed(tree, timing, delay + 1);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          assertThat(delay - rounds[i][j])
              .as("seed " + seed + " " + timing + " τ from " + j + " to " + i)
              .isEqualTo(tree.delay(i, j, timing));
          sum += tree.delay(i, j, timing);
        }
      }
      assertThat(tree.correction(timing)).isCloseTo(1 + sum / n / n, within(1e-12));
      if (delay > 0) {
        // One round earlier somebody is still missing.
        assertThat(Arrays.deepToString(relayed(tree, timing, delay))).contains("-1");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25})
  void shouldMeasureAsTheGraphDoes(long seed) {
    Graph graph = RandomCases.tree(17, seed);
    RelayTree tree = RelayTree.of(graph, 3);
    assertThat(tree.graph()).isEqualTo(graph);
    assertThat(tree.diameter()).as("seed " + seed).isEqualTo(graph.diameter());
    int[][] distances = graph.distances();
    for (int i = 0; i < 17; i++) {
      assertThat(tree.neighbours(i)).containsExactly(graph.neighbours(i));
      for (int j = 0; j < 17; j++) {
        assertThat(tree.distance(i, j)).isEqualTo(distances[i][j]);
      }
    }
  }

  @Test
  void shouldStandOverNodesThatKeepTheirNumbers() {
    RelayTree tree = RelayTree.of(4, Map.of(9, RelayTree.NONE, 2, 9, 5, 2));
    assertThat(tree.nodes()).containsExactly(2, 5, 9);
    assertThat(tree.root()).isEqualTo(9);
    assertThat(tree.neighbours(2)).containsExactly(5, 9);
    assertThat(tree.children(2)).containsExactly(5);
    assertThat(tree.distance(5, 9)).isEqualTo(2);
    assertThat(tree.epoch()).isEqualTo(4);
    assertThat(tree.graph().edges()).containsExactly(new Edge(0, 1), new Edge(0, 2));
    assertThat(tree).isEqualTo(RelayTree.of(4, tree.parents()));
    assertThatThrownBy(() -> tree.parent(3))
        .hasMessageContaining("node=3 is not in the tree of epoch 4")
        .hasMessageContaining("[2, 5, 9]");
  }

  @Test
  void shouldRefuseWhatIsNoTree() {
    Graph ring = Topologies.named("ring", 5, TopologyOptions.defaults());
    assertThatThrownBy(() -> RelayTree.of(ring, 0))
        .hasMessageContaining("expected n − 1 = 4 edges")
        .hasMessageContaining("SpanningTree");
    assertThatThrownBy(() -> RelayTree.of(0, Map.of(0, -1, 1, -1))).hasMessageContaining("[0, 1]");
    assertThatThrownBy(() -> RelayTree.of(0, Map.of(0, -1, 1, 7)))
        .hasMessageContaining("1 hangs under 7");
    assertThatThrownBy(() -> RelayTree.of(0, Map.of(0, -1, 1, 2, 2, 1)))
        .hasMessageContaining("circle");
  }

  @Test
  void shouldBeNoBurdenForAThousandNodes() {
    RelayTree chain = RelayTree.of(Topologies.named("chain", 1000, TopologyOptions.defaults()), 0);
    assertThat(chain.maxDelay(RelayTiming.SYNCHRONOUS)).isEqualTo(998);
    // Mean distance of a chain, itself among the pairs: (n² − 1) / 3n.
    assertThat(chain.meanDistance()).isCloseTo((1e6 - 1) / 3e3, within(1e-9));
  }
}
