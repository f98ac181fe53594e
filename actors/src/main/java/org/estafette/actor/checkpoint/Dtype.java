package org.estafette.actor.checkpoint;

/** The element types of the safetensors format that Estafette reads and writes. */
public enum Dtype {
  /** float64. */
  F64(8),
  /** int64. */
  I64(8),
  /** float32. */
  F32(4),
  /** Bytes. */
  U8(1);

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
