package org.estafette.memory;

/** How an element of a {@link FlatVector} is held. */
public enum Precision {
  /** 4 bytes, off-heap: what models train with. */
  FLOAT32(Float.BYTES),
  /** 8 bytes, on the heap: the reference in which rules are tested exactly. */
  FLOAT64(Double.BYTES);

  private final int bytes;

  Precision(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** A new vector of zeros. */
  public FlatVector zeros(long length) {
    return switch (this) {
      case FLOAT32 -> Float32Vector.allocate(length);
      case FLOAT64 -> Float64Vector.zeros(length);
    };
  }
}
