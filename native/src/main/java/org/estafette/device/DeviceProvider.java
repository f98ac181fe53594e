package org.estafette.device;

import java.util.List;

/**
 * A kind of device beside the CPU, found by {@link java.util.ServiceLoader}, so that {@link
 * Devices} need not know it.
 */
public interface DeviceProvider {
  /** The name in front of the colon: {@code cuda}. */
  String kind();

  /**
   * Devices of this kind that can be opened; 0 where there are none. Never throws.
   *
   * @see #reason
   */
  int count();

  /** Why {@link #count} is what it is, in one sentence, with what to do. */
  String reason();

  /**
   * Opens a device.
   *
   * @param index which one, from 0
   * @throws IllegalArgumentException where it cannot be opened; the message says why
   */
  Device open(int index, ComputePrecision precision);

  /** What was found of the libraries and processors that this kind needs, a line each. */
  List<Finding> findings();

  /**
   * One line for {@code doctor}.
   *
   * @param what library or processor
   * @param there whether it can be used
   * @param found where and which version, or what is missing and what to do
   */
  record Finding(String what, boolean there, String found) {}
}
