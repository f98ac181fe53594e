package org.estafette.device;

import org.estafette.memory.TensorSpec;

/**
 * A run of 4-byte elements in a device's memory: float32, or int for tokens and classes. A value;
 * model code makes its slices once, when it is built.
 *
 * @param address address of element 0 in the device's own address space
 * @param length elements
 */
public record DeviceVector(long address, long length) {
  /**
   * @throws IllegalArgumentException where the length is negative
   */
  public DeviceVector {
    if (length < 0) {
      throw new IllegalArgumentException("length=" + length + " (expected >= 0)");
    }
  }

  /**
   * Elements {@code offset} … {@code offset + length − 1}.
   *
   * @throws IllegalArgumentException where they are not all in this vector
   */
  public DeviceVector slice(long offset, long length) {
    if (offset < 0 || length < 0 || offset + length > this.length) {
      throw new IllegalArgumentException(
          "slice: offset=%d, length=%d (expected to lie within length=%d)"
              .formatted(offset, length, this.length));
    }
    return new DeviceVector(address + Float.BYTES * offset, length);
  }

  /**
   * The tensor's elements, of a vector that is laid out with it.
   *
   * @throws IllegalArgumentException where the tensor ends behind this vector
   */
  public DeviceVector slice(TensorSpec spec) {
    return slice(spec.offset(), spec.size());
  }
}
