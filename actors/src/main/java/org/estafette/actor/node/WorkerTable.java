package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.channel.Endpoint;
import org.jspecify.annotations.Nullable;

/** Which worker has which slot, in which life, and where it is reached. */
final class WorkerTable {
  /** One worker that has reported. */
  record Entry(
      PeerId id, String key, int incarnation, ActorRef<WorkerMessage> actor, Endpoint endpoint) {}

  private final Map<String, Integer> slots = new HashMap<>();
  private final Map<Integer, Integer> incarnations = new HashMap<>();
  private final TreeMap<Integer, Entry> live = new TreeMap<>();

  /** More lives than a worker has under one server. */
  private static final int LIVES = 1000;

  private int lived;

  /**
   * Incarnations go on where a saved run had them, and above all that a server of a former epoch
   * can have given since: a life that nobody saved must not share its name with another one.
   */
  void resume(List<WorkerRecord> workers, long epoch) {
    lived = (int) Math.min(Integer.MAX_VALUE / 2, (epoch - 1) * LIVES);
    workers.forEach(w -> incarnations.put(w.slot(), Math.max(lived, w.incarnation())));
  }

  /** The sender's entry if it has reported before under this reference; null where it is new. */
  @Nullable Entry known(ActorRef<WorkerMessage> actor) {
    return live.values().stream().filter(e -> e.actor().equals(actor)).findFirst().orElse(null);
  }

  /** Gives a worker its slot: its predecessor's, or the lowest that nobody has had. */
  Entry admit(String key, ActorRef<WorkerMessage> actor, Endpoint endpoint) {
    int slot = slots.computeIfAbsent(key, k -> lowestFree());
    int incarnation = incarnations.merge(slot, lived + 1, (before, first) -> before + 1);
    Entry entry = new Entry(PeerId.worker(slot), key, incarnation, actor, endpoint);
    live.put(slot, entry);
    return entry;
  }

  private int lowestFree() {
    int slot = 0;
    while (slots.containsValue(slot)) {
      slot++;
    }
    return slot;
  }

  /** Removes that life of the worker; false where another life has its slot. */
  boolean remove(PeerId id, int incarnation) {
    Entry e = live.get(id.slot());
    if (e == null || e.incarnation() != incarnation) {
      return false;
    }
    live.remove(id.slot());
    return true;
  }

  @Nullable Entry find(PeerId id) {
    return live.get(id.slot());
  }

  /** The last incarnation of every slot that was ever given. */
  Map<Integer, Integer> incarnations() {
    return incarnations;
  }

  Collection<Entry> all() {
    return live.values();
  }

  SortedSet<PeerId> ids() {
    TreeSet<PeerId> ids = new TreeSet<>();
    live.values().forEach(e -> ids.add(e.id()));
    return ids;
  }
}
