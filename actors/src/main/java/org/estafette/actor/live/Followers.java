package org.estafette.actor.live;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The events that are kept, and who is told of new ones. Guarded by its monitor: an event is
 * numbered, kept and told in one go, so that nobody misses one or hears it twice.
 */
final class Followers {
  private final Ring<LiveEvent> kept;
  private final List<Consumer<LiveEvent>> listeners = new ArrayList<>();
  private long next = 1;

  Followers(int keep) {
    this.kept = new Ring<>(keep);
  }

  synchronized void add(org.estafette.actor.record.Metric metric) {
    LiveEvent event = new LiveEvent(next++, metric);
    kept.add(event);
    for (Consumer<LiveEvent> listener : List.copyOf(listeners)) {
      tell(listener, event);
    }
  }

  /** Who throws is told no more: a reader's fault must not end the run. */
  private boolean tell(Consumer<LiveEvent> listener, LiveEvent event) {
    try {
      listener.accept(event);
      return true;
    } catch (RuntimeException e) {
      listeners.removeIf(l -> l == listener);
      return false;
    }
  }

  synchronized long next() {
    return next;
  }

  synchronized AutoCloseable follow(long lastSeen, Consumer<LiveEvent> listener) {
    // The same listener may follow twice, and each following ends by itself.
    Consumer<LiveEvent> own = event -> listener.accept(event);
    listeners.add(own);
    if (lastSeen >= 0) {
      for (LiveEvent event : kept.all()) {
        if (event.id() > lastSeen && (!listeners.contains(own) || !tell(own, event))) {
          break;
        }
      }
    }
    return () -> remove(own);
  }

  private synchronized void remove(Consumer<LiveEvent> listener) {
    listeners.removeIf(l -> l == listener);
  }
}
