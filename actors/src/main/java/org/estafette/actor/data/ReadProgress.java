package org.estafette.actor.data;

/** Told how far reading is, from the thread that reads. */
@FunctionalInterface
public interface ReadProgress {
  /** Nobody wants to know. */
  ReadProgress NONE = (bytes, expected, documents) -> {};

  /**
   * @param bytes bytes of text so far
   * @param expected bytes that it will be at most
   * @param documents documents so far
   */
  void on(long bytes, long expected, int documents);
}
