package org.estafette.actor.checkpoint;

import java.util.List;

/**
 * One tensor of a safetensors file.
 *
 * @param name name
 * @param dtype element type
 * @param shape sizes of the dimensions, row-major; empty for a scalar
 * @param offset its first byte, counted from the start of the file
 * @param bytes its length in bytes
 */
public record StoredTensor(String name, Dtype dtype, List<Long> shape, long offset, long bytes) {
  /** Copies the shape. */
  public StoredTensor {
    shape = List.copyOf(shape);
  }

  /** Number of elements. */
  public long size() {
    return bytes / dtype.bytes();
  }
}
