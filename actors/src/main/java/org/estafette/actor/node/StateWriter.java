package org.estafette.actor.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.estafette.actor.run.RunTally;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/** Writes a server's state beside the training: a copy is taken at once and written elsewhere. */
final class StateWriter {
  private final ServerSetup setup;
  private final Executor io;

  StateWriter(ServerSetup setup, Executor io) {
    this.setup = setup;
    this.io = io;
  }

  /** Completed with the checkpoint's folder. */
  CompletableFuture<Path> write(ServerState live, RunTally tally) {
    SequencedMap<String, FlatVector> copies = new LinkedHashMap<>();
    List<Lease> leases = new ArrayList<>();
    live.vectors()
        .forEach((name, vector) -> {
          Lease lease = setup.port().lease();
          lease.vector().copyFrom(vector);
          leases.add(lease);
          copies.put(name, lease.vector());
        });
    ServerState state = live.with(copies);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return setup.checkpoints().write(state, tally);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } finally {
            leases.forEach(Lease::close);
          }
        },
        io);
  }
}
