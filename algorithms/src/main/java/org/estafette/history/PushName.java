package org.estafette.history;

import org.estafette.algorithm.Header;

/** What names a push for ever, however often it is sent. */
public record PushName(long run, int slot, int incarnation, long sequence) {
  /** The name in a header. */
  public static PushName of(Header h) {
    return new PushName(h.run(), h.sender().slot(), h.incarnation(), h.sequence());
  }

  @Override
  public String toString() {
    return "worker-" + slot + "." + incarnation + "#" + sequence;
  }
}
