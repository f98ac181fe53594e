package org.estafette.actor.live;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a run is doing. */
public enum RunState {
  /** No worker has begun a round yet. */
  WAITING,
  /** Workers train. */
  TRAINING,
  /** Somebody paused it: workers keep what they have and take no step. */
  PAUSED,
  /** It takes no more updates; the last validation and checkpoint are under way. */
  STOPPING,
  /** It is over. */
  ENDED;

  /** Its name in JSON. */
  @JsonValue
  public String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
