package org.estafette.memory;

import java.util.List;
import java.util.Objects;

/**
 * One named tensor inside a flat vector.
 *
 * @param name name, unique in its layout, for example {@code h.0.attn.c_attn.weight}
 * @param shape sizes of the dimensions, row-major; empty for a scalar
 * @param offset index of its first element in the flat vector, a multiple of {@link
 *     Layout#ALIGNMENT}
 */
public record TensorSpec(String name, List<Integer> shape, long offset) {
  /**
   * @throws IllegalArgumentException where a dimension is not positive or the offset is not aligned
   */
  public TensorSpec {
    Objects.requireNonNull(name, "name");
    shape = List.copyOf(shape);
    for (int size : shape) {
      if (size <= 0) {
        throw new IllegalArgumentException(
            "tensor " + name + ": shape=" + shape + " (expected sizes > 0)");
      }
    }
    if (offset < 0 || offset % Layout.ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "tensor "
              + name
              + ": offset="
              + offset
              + " (expected a multiple of "
              + Layout.ALIGNMENT
              + ")");
    }
  }

  /** Number of elements. */
  public long size() {
    long n = 1;
    for (int s : shape) {
      n = Math.multiplyExact(n, (long) s);
    }
    return n;
  }
}
