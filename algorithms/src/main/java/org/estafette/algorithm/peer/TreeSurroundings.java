package org.estafette.algorithm.peer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.topology.RelayTree;
import org.estafette.topology.TreeRepair;
import org.jspecify.annotations.Nullable;

/**
 * Relay trees, one or two over each other, each for a part of its own. The tree of a live set is
 * the first one without the nodes that are not live, whose children their grandparents adopt, and
 * with those that it did not have attached, all in the order of their slots: whoever comes back
 * finds its old place.
 */
final class TreeSurroundings implements Surroundings {
  /** What was found last; a function of the live set, so that a race does no harm. */
  private record Found(SortedSet<PeerId> live, List<RelayTree> trees) {}

  private final List<RelayTree> first;
  private volatile @Nullable Found found;

  TreeSurroundings(List<RelayTree> first) {
    this.first = List.copyOf(first);
  }

  @Override
  public Neighbourhood around(PeerId self, SortedSet<PeerId> live, long round, int exchange) {
    List<RelayTree> trees = trees(live);
    List<List<PeerId>> partners = new ArrayList<>();
    SortedSet<PeerId> all = new TreeSet<>();
    for (RelayTree tree : trees) {
      List<PeerId> here = new ArrayList<>();
      for (int slot : tree.neighbours(self.slot())) {
        here.add(PeerId.worker(slot));
      }
      partners.add(here);
      all.addAll(here);
    }
    List<PeerId> neighbours = List.copyOf(all);
    List<Double> ones = Collections.nCopies(neighbours.size(), 1.0);
    return new Neighbourhood(
        self,
        live.size(),
        neighbours,
        neighbours,
        1,
        ones,
        ones,
        trees.size() == 1 ? List.of() : partners);
  }

  private List<RelayTree> trees(SortedSet<PeerId> live) {
    return lookUp(live).trees;
  }

  @Override
  public SortedSet<PeerId> shared(SortedSet<PeerId> live) {
    return lookUp(live).live;
  }

  private Found lookUp(SortedSet<PeerId> live) {
    Found last = found;
    if (last == null || last.live != live && !last.live.equals(live)) {
      last =
          new Found(new TreeSet<>(live), first.stream().map(tree -> repaired(tree, live)).toList());
      found = last;
    }
    return last;
  }

  static RelayTree repaired(RelayTree tree, SortedSet<PeerId> live) {
    RelayTree now = tree;
    // Newcomers first: so the last of the old ones may die before them.
    for (PeerId p : live) {
      if (!now.contains(p.slot())) {
        now = TreeRepair.attach(now, p.slot());
      }
    }
    for (int slot : tree.nodes()) {
      if (!live.contains(PeerId.worker(slot))) {
        now = TreeRepair.remove(now, slot);
      }
    }
    return now;
  }
}
