package org.estafette.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TreeRepairTest {
  private static RelayTree tree(String kind, int n, int root) {
    return RelayTree.of(Topologies.named(kind, n, TopologyOptions.defaults()), root);
  }

  @Test
  void shouldHangChildrenUnderTheirGrandparent() {
    RelayTree after = TreeRepair.remove(tree("binary-tree", 16, 1), 3);
    assertThat(after.children(1)).containsExactly(0, 2, 6, 7);
    assertThat(after.parent(6)).isEqualTo(1);
    assertThat(after.children(6)).containsExactly(12, 13);
    assertThat(after.contains(3)).isFalse();
    assertThat(after.size()).isEqualTo(15);
    assertThat(after.epoch()).isEqualTo(1);
  }

  @Test
  void shouldCloseAChainOverADeadNode() {
    RelayTree after = TreeRepair.remove(tree("chain", 4, 0), 1);
    assertThat(after.edges()).containsExactly(new Edge(0, 2), new Edge(2, 3));
  }

  @Test
  void shouldLetTheSmallestChildTakeTheRootsPlace() {
    RelayTree after = TreeRepair.remove(tree("star", 5, 0), 0);
    assertThat(after.root()).isEqualTo(1);
    assertThat(after.children(1)).containsExactly(2, 3, 4);
  }

  @Test
  void shouldAttachNearTheRootWithoutWideningIt() {
    RelayTree full = tree("three-tree", 4, 0);
    RelayTree joined = TreeRepair.attach(full, 10);
    assertThat(joined.parent(10)).isEqualTo(1);
    assertThat(joined.epoch()).isEqualTo(1);
    assertThat(TreeRepair.attach(joined, 11).parent(11)).isEqualTo(2);
    assertThat(TreeRepair.attach(full, 10, 0).children(0)).containsExactly(1, 2, 3, 10);
    assertThatThrownBy(() -> TreeRepair.attach(full, 2))
        .hasMessageContaining("node=2 is in the tree of epoch 0 already");
  }

  @Test
  void shouldKeepOneNodeAtLeast() {
    RelayTree last = TreeRepair.remove(tree("chain", 2, 0), 0);
    assertThat(last.nodes()).containsExactly(1);
    assertThatThrownBy(() -> TreeRepair.remove(last, 1)).hasMessageContaining("last");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldStayATreeWhoeverDiesAndJoins(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RelayTree tree = RelayTree.of(RandomCases.tree(20, seed), random.nextInt(20));
    for (int step = 1; step <= 200; step++) {
      RelayTree before = tree;
      if (tree.size() > 1 && random.nextInt(5) < 3) {
        int dead = tree.nodes()[random.nextInt(tree.size())];
        tree = TreeRepair.remove(tree, dead);
        assertThat(tree.size()).isEqualTo(before.size() - 1);
      } else {
        int joiner = random.nextInt(1000);
        if (tree.contains(joiner)) {
          joiner = 1000 + step;
        }
        tree = TreeRepair.attach(tree, joiner);
        assertThat(tree.neighbours(joiner)).hasSize(1);
      }
      assertThat(tree.graph().isTree()).as("seed " + seed + ", step " + step).isTrue();
      assertThat(tree.epoch()).isEqualTo(step);
    }
  }
}
