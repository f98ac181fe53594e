package org.estafette.algorithm.peer;

import java.util.List;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** What a worker sends: each exchange's messages, and its parameters to who asks. */
final class Outbox {
  private final Surroundings surroundings;
  private final PeerMethod method;
  private final FlatVector x;
  private final Place here;

  Outbox(Surroundings surroundings, PeerMethod method, FlatVector x, Place here) {
    this.surroundings = surroundings;
    this.method = method;
    this.x = x;
    this.here = here;
  }

  /** Tells one worker the parameters and how far the rounds are. */
  void parameters(PeerId to, Effects effects) {
    Lease copy = effects.lease();
    copy.vector().copyFrom(method.trainingPoint(x));
    effects.send(to, new NeighbourModel(here.header(here.round), Passage.PARAMETERS, copy));
  }

  /** Tells it all who may wait for this worker. */
  void parametersToAll(Effects effects) {
    // In a graph that varies anyone's turn may be next.
    for (PeerId other : surroundings.varying() ? here.live : here.neighbourhood().to()) {
      if (!other.equals(here.self)) {
        parameters(other, effects);
      }
    }
  }

  /** Sends every part to every neighbour. */
  void exchange(long named, Effects effects) {
    Neighbourhood around = here.neighbourhood();
    for (int part = 0; part < method.parts(); part++) {
      exchange(around, part, named, effects);
    }
  }

  private void exchange(Neighbourhood around, int part, long named, Effects effects) {
    @Nullable Header header = null;
    @Nullable Lease shared = null;
    double mass = 0;
    List<PeerId> to = around.to();
    for (int i = 0; i < to.size(); i++) {
      PeerId neighbour = to.get(i);
      if (!around.carries(neighbour, part) || !method.exchangesWith(neighbour)) {
        continue;
      }
      if (header == null) {
        header = here.header(named);
      }
      Lease lease;
      if (shared == null) {
        lease = effects.lease();
        mass = method.compose(neighbour, part, lease.vector());
        shared = method.alike() ? lease.retain() : null;
      } else {
        lease = shared.retain();
      }
      Passage passage = new Passage(here.exchange, part, mass);
      effects.send(
          neighbour,
          method.conflatable()
              ? new NeighbourModel(header, passage, lease)
              : new NeighbourShare(header, passage, lease));
    }
    if (shared != null) {
      shared.close();
    }
  }
}
