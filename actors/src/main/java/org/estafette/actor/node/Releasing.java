package org.estafette.actor.node;

import java.util.stream.Collectors;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.Release;
import org.estafette.algorithm.server.Server;

/** Lets workers out of quarantine because somebody says so. */
final class Releasing {
  private Releasing() {}

  static Outcome release(Server server, ServerMessage.ReleaseWorker request, Effects effects) {
    String name = request.worker();
    Release done =
        PeerId.named(name)
            .map(who -> server.release(who, request.by(), effects))
            .orElse(Release.UNKNOWN_WORKER);
    return switch (done) {
      case DONE ->
          new Outcome.Done(
              name + " is released: the round that it is in is still refused, the next one counts");
      case UNKNOWN_WORKER -> unknown(server, name);
      case NOT_IN_QUARANTINE ->
          new Outcome.Conflict(
              name
                  + " is not in quarantine (expected a worker that is; `estafette workers` shows"
                  + " who)");
    };
  }

  private static Outcome unknown(Server server, String name) {
    String known =
        server.state().workers().stream()
            .map(w -> PeerId.worker(w.slot()).toString())
            .collect(Collectors.joining(", "));
    return new Outcome.Unknown(
        "no worker is called "
            + name
            + " (expected one that has joined: "
            + (known.isEmpty() ? "there is none yet" : known)
            + ")");
  }
}
