package org.estafette.actor.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.live.RunControl.Outcome;

/** Who waits for a checkpoint: for the one that is being written, or for the next. */
final class Requests {
  private final List<CompletableFuture<Outcome>> next = new ArrayList<>();
  private final List<CompletableFuture<Outcome>> underWay = new ArrayList<>();

  void add(CompletableFuture<Outcome> reply) {
    next.add(reply);
  }

  /** A checkpoint of the state as it is now is begun. */
  void begun() {
    underWay.addAll(next);
    next.clear();
  }

  /** It is on disk, or could not be written. */
  void done(String path, String failure) {
    Outcome outcome =
        failure.isEmpty()
            ? new Outcome.Done(path)
            : new Outcome.Failed("the checkpoint could not be written: " + failure);
    underWay.forEach(reply -> reply.complete(outcome));
    underWay.clear();
  }
}
