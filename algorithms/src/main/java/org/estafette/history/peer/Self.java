package org.estafette.history.peer;

import org.estafette.algorithm.PeerId;

/** A worker in one of its lives. */
public record Self(PeerId id, int life) {
  @Override
  public String toString() {
    return id + "." + life;
  }
}
