package org.estafette.simulation;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/** The newest state of the server that a restart would find: a copy, as on a disk. */
final class SavedServer {
  private @Nullable ServerState state;

  /** Saves the server, unless it holds pushes of an open round: then the former state stays. */
  void save(Server server) {
    if (!server.atRest()) {
      return;
    }
    ServerState live = server.state();
    SequencedMap<String, FlatVector> copies = new LinkedHashMap<>();
    live.vectors()
        .forEach((name, v) -> {
          FlatVector copy = v.precision().zeros(v.length());
          copy.copyFrom(v);
          copies.put(name, copy);
        });
    state = live.with(copies);
  }

  /** Gives a new server the state that was saved, if any was. */
  void restore(Server server) {
    if (state != null) {
      server.restore(state);
    }
  }
}
