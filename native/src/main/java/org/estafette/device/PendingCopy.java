package org.estafette.device;

/** A copy from a device that goes on while the device computes. */
public interface PendingCopy extends AutoCloseable {
  /** Waits until all of it is there; the numbers may be read from then on. */
  void await();

  /** As {@link #await}: a copy that was begun is never left to itself. */
  @Override
  default void close() {
    await();
  }
}
