package org.estafette.device;

/** A copy from or to a device that goes on while the device computes. */
public interface PendingCopy extends AutoCloseable {
  /** Of a copy that was made at once. */
  PendingCopy DONE = () -> {};

  /** Waits until all of it is there; the numbers may be read from then on. */
  void await();

  /** Whether {@link #await} would not wait; to be called by the thread that uses the device. */
  default boolean arrived() {
    return true;
  }

  /** As {@link #await}: a copy that was begun is never left to itself. */
  @Override
  default void close() {
    await();
  }
}
