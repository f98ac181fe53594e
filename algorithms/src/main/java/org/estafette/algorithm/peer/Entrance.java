package org.estafette.algorithm.peer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.jspecify.annotations.Nullable;

/** Whom a joining worker asks for parameters: its neighbours first, then everyone, in turn. */
final class Entrance {
  private final List<PeerId> candidates = new ArrayList<>();
  private final SortedSet<PeerId> joining = new TreeSet<>();
  private int next;

  /** Those that may answer, after every change of the graph. */
  void candidates(Neighbourhood around, SortedSet<PeerId> live) {
    Set<PeerId> all = new LinkedHashSet<>(around.from());
    all.addAll(live);
    all.remove(around.self());
    candidates.clear();
    candidates.addAll(all);
    joining.retainAll(live);
    next = 0;
  }

  /** Whom to ask now; null where nobody else is live. */
  @Nullable PeerId ask() {
    return candidates.isEmpty() ? null : candidates.get(next++ % candidates.size());
  }

  /** That worker asks for parameters too. */
  void asksToo(PeerId worker) {
    joining.add(worker);
  }

  /** Nobody has parameters of the run, and {@code self} is the one to begin with its own. */
  boolean nobodyKnows(PeerId self) {
    return joining.containsAll(candidates)
        && candidates.stream().allMatch(c -> self.compareTo(c) < 0);
  }
}
