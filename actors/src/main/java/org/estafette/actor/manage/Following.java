package org.estafette.actor.manage;

import java.util.function.Consumer;
import org.estafette.actor.live.LiveEvent;
import org.estafette.actor.live.RunView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows a run's events. Who throws is told no more by the run: here the log learns of it. */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  private Following() {}

  /**
   * @param who follows, for the log
   */
  static AutoCloseable follow(
      RunView view, long lastSeen, String who, Consumer<LiveEvent> listener) {
    return view.follow(
        lastSeen,
        event -> {
          try {
            listener.accept(event);
          } catch (RuntimeException e) {
            LOG.error("{} failed at event {}, and is told of no more", who, event.id(), e);
            throw e;
          }
        });
  }
}
