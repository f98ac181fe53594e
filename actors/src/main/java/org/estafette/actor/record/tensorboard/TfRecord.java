package org.estafette.actor.record.tensorboard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * TensorFlow's framing of records: length (8 bytes), its checksum (4), the data, their checksum
 * (4), all little-endian. Checksums are CRC32C, masked, because a checksum over data that hold
 * their own checksum is of little use.
 */
final class TfRecord {
  private static final int MASK = 0xa282ead8;

  private TfRecord() {}

  /** The data, framed; from position to limit. */
  static ByteBuffer frame(byte[] data) {
    ByteBuffer frame = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putLong(data.length);
    frame.putInt(masked(frame.array(), 8));
    frame.put(data);
    frame.putInt(masked(data, data.length));
    return frame.flip();
  }

  /** Masked CRC32C of the first bytes. */
  static int masked(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
