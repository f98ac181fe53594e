package org.estafette.actor.node;

import java.time.Duration;
import java.util.function.Consumer;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.LocalAddress;
import org.estafette.actor.join.LookupException;

/** Finds out which address of this machine the cluster can answer to. */
final class OwnAddress {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private OwnAddress() {}

  /**
   * Blocks until there is an address to ask the way to.
   *
   * @throws JoinException where there was none for so long
   */
  static String find(JoinSource source, Duration patience, Consumer<String> notices) {
    long began = System.nanoTime();
    String said = "";
    while (true) {
      String why = "";
      try {
        for (HostPort one : source.look()) {
          try {
            return LocalAddress.towards(one);
          } catch (JoinException e) {
            why = String.valueOf(e.getMessage());
          }
        }
      } catch (LookupException e) {
        why = String.valueOf(e.getMessage());
      }
      if (System.nanoTime() - began > patience.toNanos()) {
        throw JoinException.passing("nobody to join by " + source + ": " + why);
      }
      if (!why.equals(said)) {
        notices.accept("waiting for an address to join: " + why);
        said = why;
      }
      try {
        Thread.sleep(LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw JoinException.passing("interrupted while looking for " + source);
      }
    }
  }
}
