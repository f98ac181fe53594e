package org.estafette.actor.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The newest of what was added, oldest first. */
final class Ring<T> {
  private final ArrayDeque<T> kept;
  private final int most;

  Ring(int most) {
    this.kept = new ArrayDeque<>();
    this.most = most;
  }

  void add(T item) {
    if (kept.size() == most) {
      kept.removeFirst();
    }
    kept.addLast(item);
  }

  List<T> all() {
    return new ArrayList<>(kept);
  }

  Iterable<T> each() {
    return kept;
  }
}
