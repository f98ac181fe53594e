package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.channel.Endpoint;
import org.jspecify.annotations.Nullable;

/** Who takes part in a run without a server, what each was told, and who was given up as lost. */
final class Membership {
  private final WorkerTable table = new WorkerTable();
  private final Map<Integer, WorkerMessage.Admitted> welcomes = new HashMap<>();
  private final Map<Address, List<ActorRef<WorkerMessage>>> dropped = new HashMap<>();
  private long epoch;

  /** Incarnations and epochs go on where a saved run had them. */
  void resume(List<WorkerRecord> workers, long savedEpoch) {
    table.resume(
        workers, 1); // Its registrar has no successor: a run is resumed when all have ended.
    epoch = savedEpoch;
  }

  /** Who is live is told anew each epoch. */
  long epoch() {
    return epoch;
  }

  long nextEpoch() {
    return ++epoch;
  }

  WorkerTable.@Nullable Entry known(ActorRef<WorkerMessage> actor) {
    return table.known(actor);
  }

  /** Who lives under that key; null for nobody. */
  WorkerTable.@Nullable Entry holder(String key) {
    return table.all().stream().filter(e -> e.key().equals(key)).findFirst().orElse(null);
  }

  WorkerTable.Entry admit(String key, ActorRef<WorkerMessage> actor, Endpoint endpoint) {
    dropped.values().forEach(actors -> actors.remove(actor));
    return table.admit(key, actor, endpoint);
  }

  /** What the worker is told each time that it reports. */
  void welcome(WorkerTable.Entry entry, WorkerMessage.Admitted admitted) {
    welcomes.put(entry.id().slot(), admitted);
  }

  WorkerMessage.Admitted welcomeOf(WorkerTable.Entry entry) {
    return Objects.requireNonNull(welcomes.get(entry.id().slot()));
  }

  /** Removes that life of the worker and returns what it was; null where it is gone already. */
  WorkerTable.@Nullable Entry remove(PeerId id, int incarnation) {
    WorkerTable.Entry entry = table.find(id);
    return table.remove(id, incarnation) ? entry : null;
  }

  boolean holds(int slot, int incarnation) {
    WorkerTable.Entry entry = table.find(PeerId.worker(slot));
    return entry != null && entry.incarnation() == incarnation;
  }

  /** Tells the slot's incarnation, where somebody has the slot. */
  void incarnation(int slot, IntConsumer told) {
    WorkerTable.Entry entry = table.find(PeerId.worker(slot));
    if (entry != null) {
      told.accept(entry.incarnation());
    }
  }

  /** Who has that slot; null for nobody. */
  WorkerTable.@Nullable Entry find(int slot) {
    return table.find(PeerId.worker(slot));
  }

  int size() {
    return table.all().size();
  }

  /** All, in the order of their slots; a copy. */
  Collection<WorkerTable.Entry> all() {
    return List.copyOf(table.all());
  }

  /** The workers of a node. */
  List<WorkerTable.Entry> at(Address node) {
    return table.all().stream().filter(e -> e.actor().path().address().equals(node)).toList();
  }

  /** The worker's node cannot be reached: when it can, it is to report again. */
  void drop(WorkerTable.Entry entry, Address node) {
    dropped.computeIfAbsent(node, n -> new ArrayList<>()).add(entry.actor());
  }

  List<ActorRef<WorkerMessage>> takeDropped(Address node) {
    List<ActorRef<WorkerMessage>> actors = dropped.remove(node);
    return actors == null ? List.of() : actors;
  }

  /** Who is live in this epoch. */
  WorkerMessage.Neighbours neighbours() {
    return new WorkerMessage.Neighbours(
        epoch,
        table.all().stream()
            .map(e ->
                new WorkerMessage.Address(e.id().slot(), e.incarnation(), e.actor(), e.endpoint()))
            .toList());
  }

  /** What a saved run remembers of its workers: slots and incarnations. */
  List<WorkerRecord> records() {
    return table.incarnations().entrySet().stream()
        .map(e ->
            new WorkerRecord(e.getKey(), e.getValue(), 0, 0, Double.NaN, 0, false, false, 0, 0, 0))
        .toList();
  }
}
