package org.estafette.algorithm.server;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.memory.FlatVector;

/** What both servers do alike with {@link ServerState}. */
final class SavedState {
  private SavedState() {}

  static SequencedMap<String, FlatVector> vectors(FlatVector parameters, OuterOptimizer outer) {
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    vectors.put(ServerState.PARAMETERS, parameters);
    vectors.putAll(outer.vectors());
    return vectors;
  }

  static ServerState of(
      long epoch,
      long version,
      long tokens,
      long sent,
      boolean finished,
      OuterOptimizer outer,
      WorkGiver work,
      Roster roster,
      FlatVector parameters,
      Map<String, FlatVector> snapshots,
      List<ServerState.HeldAnswer> held,
      double windowEnds,
      AdmissionGuard guard) {
    SequencedMap<String, FlatVector> vectors = vectors(parameters, outer);
    vectors.putAll(snapshots);
    return new ServerState(
        ServerState.SCHEMA,
        epoch,
        version,
        outer.counter(),
        work.localSteps(),
        tokens,
        sent,
        finished,
        work.shardProgress(roster),
        roster.records(),
        held,
        windowEnds,
        vectors,
        guard.state(roster));
  }

  /** Takes up the parts that both servers share, after checking that all of it fits. */
  static void take(
      ServerState saved,
      FlatVector parameters,
      OuterOptimizer outer,
      WorkGiver work,
      Roster roster,
      AdmissionGuard guard) {
    SequencedMap<String, FlatVector> present = vectors(parameters, outer);
    check(saved, present);
    present.forEach((name, here) -> here.copyFrom(vector(saved, name)));
    outer.restoreCounter(saved.counter());
    work.restore(saved.localSteps(), saved.shardProgress(), saved.workers());
    roster.restore(saved.workers());
    guard.restore(saved.guard(), roster);
  }

  private static FlatVector vector(ServerState saved, String name) {
    return Objects.requireNonNull(saved.vectors().get(name), name);
  }

  private static void check(ServerState saved, SequencedMap<String, FlatVector> present) {
    if (saved.schema() != ServerState.SCHEMA) {
      throw new IllegalArgumentException(
          "saved state has schema="
              + saved.schema()
              + " (expected "
              + ServerState.SCHEMA
              + "): it was written by another version of Estafette");
    }
    Set<String> names = new LinkedHashSet<>(saved.vectors().keySet());
    names.removeIf(Snapshots::isKept);
    if (!names.equals(present.keySet())) {
      throw new IllegalArgumentException(
          "saved state holds "
              + names
              + " (expected "
              + present.keySet()
              + "): resume with the outer optimizer that the run began with");
    }
    present.forEach((name, here) -> {
      long length = vector(saved, name).length();
      if (length != here.length()) {
        throw new IllegalArgumentException(
            "saved "
                + name
                + " has length="
                + length
                + " (expected "
                + here.length()
                + "): resume with the model that the run began with");
      }
    });
  }
}
