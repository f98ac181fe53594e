package org.estafette.actor.halt;

import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code -Destafette.halt-at=PLACE} or {@code PLACE:N} ends the process, with no hook run and
 * nothing flushed, when it comes to that place for the N-th time.
 */
public final class HaltPoints {
  /** The system property that arms a place. */
  public static final String PROPERTY = "estafette.halt-at";

  /** What a process that was killed by signal 9 ends with. */
  private static final int KILLED = 137;

  /** The server's epoch is claimed, and nothing read yet. */
  public static final String CLAIMED = "claimed";

  /** The server stands as it was saved, and nobody has been taken in. */
  public static final String RESTORED = "restored";

  /** A worker has reported and has no answer yet. */
  public static final String HELLO = "hello";

  /** A message of a worker is in, and nothing has come of it. */
  public static final String RECEIVED = "received";

  /** A push is in the parameters, its worker not answered, its version not handed out. */
  public static final String APPLIED = "applied";

  /** A model is about to be sent. */
  public static final String ANSWERING = "answering";

  /** The state is copied for a checkpoint. */
  public static final String SAVING = "saving";

  /** A checkpoint is written, and the server has not heard of it. */
  public static final String SAVED = "saved";

  /** Followed by the name of a checkpoint's step, such as {@code checkpoint-rename}. */
  public static final String CHECKPOINT = "checkpoint-";

  private static final String PLACE;
  private static final long TIMES;
  private static final AtomicLong COUNT = new AtomicLong();

  static {
    String wanted = System.getProperty(PROPERTY, "");
    int colon = wanted.indexOf(':');
    PLACE = colon < 0 ? wanted : wanted.substring(0, colon);
    TIMES = colon < 0 ? 1 : Long.parseLong(wanted.substring(colon + 1));
  }

  private HaltPoints() {}

  /** The process comes to a place. */
  public static void reached(String place) {
    if (!PLACE.isEmpty() && PLACE.equals(place) && COUNT.incrementAndGet() == TIMES) {
      System.err.println("  halted at " + place + ", as " + PROPERTY + " says");
      Runtime.getRuntime().halt(KILLED);
    }
  }
}
