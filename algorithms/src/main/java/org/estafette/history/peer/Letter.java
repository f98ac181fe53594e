package org.estafette.history.peer;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.history.PushName;

/** What names a message between workers for ever: who sent it as which, and to whom. */
public record Letter(PushName name, int to) {
  static Letter of(Header h, PeerId to) {
    return new Letter(PushName.of(h), to.slot());
  }

  PeerId sender() {
    return PeerId.worker(name.slot());
  }

  @Override
  public String toString() {
    return name + " to worker-" + to;
  }
}
