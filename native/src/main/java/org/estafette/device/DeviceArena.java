package org.estafette.device;

/**
 * Memory of a device, allocated in one piece of a size that was known before, and given back in one
 * piece. Zero at first, aligned to at least 64 bytes.
 */
public interface DeviceArena extends AutoCloseable {
  /** All of it. */
  DeviceVector all();

  /**
   * Gives the memory back; vectors in it must not be used afterwards. Has no effect a second time.
   */
  @Override
  void close();
}
