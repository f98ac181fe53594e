package org.estafette.actor.node;

import java.io.UncheckedIOException;
import java.util.Map;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.VectorDigests;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.record.Metric;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerState;

/** Holds a server that goes on to the state that it goes on from, and says so. */
final class Resumption {
  private Resumption() {}

  /**
   * Compares, bit for bit, parameters and the outer optimizer's vectors with what was saved.
   *
   * @throws UncheckedIOException where they differ: this server must not begin
   */
  static void check(ServerSetup setup, Server server) {
    ServerState from = setup.resume();
    if (from == null) {
      setup.log().event(Metric.RunKind.NOTE, "server of epoch " + setup.epoch() + " begins anew");
      return;
    }
    Map<String, String> saved = VectorDigests.of(from.vectors());
    Map<String, String> now = VectorDigests.of(server.state().vectors());
    saved.keySet().retainAll(now.keySet()); // What workers had pulled is void under a new epoch.
    if (!now.equals(saved)) {
      throw new UncheckedIOException(
          new CheckpointException(
              "the server's vectors after restoring are "
                  + VectorDigests.text(now)
                  + " (expected those of version "
                  + from.version()
                  + ": "
                  + VectorDigests.text(saved)
                  + ")"));
    }
    setup
        .log()
        .event(
            Metric.RunKind.NOTE,
            "server of epoch %d goes on from version %d, counter %d: %s"
                .formatted(setup.epoch(), from.version(), from.counter(), VectorDigests.text(now)));
    HaltPoints.reached(HaltPoints.RESTORED);
  }
}
