package org.estafette.channel;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The wire format, version 2, little-endian. A frame is a BEGIN fragment followed by MORE fragments
 * of the same stream; its body (meta, then payload) is cut into them in order. The last fragment
 * ends with the trailer.
 *
 * <pre>
 * every fragment           BEGIN goes on with         the last fragment ends with
 *  0 magic        int      32 sender        long       0 CRC32C of head and body  int
 *  4 version      byte     40 incarnation   long       4 zero                     int
 *  5 type         byte     48 sequence      long       8 code over head and body  16 bytes
 *  6 flags        short    56 destination   long
 *  8 run          long     64 payload bytes long      The head is bytes 0 to 75 of BEGIN.
 * 16 frame        long     72 meta bytes    int       Codes are zero without a key.
 * 24 body offset  long     76 CRC32C of the head int
 *                          80 code over the head 16 bytes
 * </pre>
 *
 * <p>Between processes of one machine a piece of payload may lie beside the stream, in its {@link
 * RingFile}: the fragment then has, in the payload's place, where.
 *
 * <pre>
 *  0 position in the ring  long
 *  8 length                int
 * 12 check of both         int
 * </pre>
 *
 * <p>Frames of a stream have ascending numbers. Version 1 had the same layout and other codes.
 */
final class FrameFormat {
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  static final int MAGIC = 0x46545345; // "ESTF"
  static final byte VERSION = 2;
  static final byte BEGIN = 1;
  static final byte MORE = 2;
  static final short LAST = 1;
  static final short KEYED = 2;

  /** The piece of payload lies in the ring. */
  static final short BESIDE = 4;

  static final int MAGIC_AT = 0;
  static final int VERSION_AT = 4;
  static final int TYPE_AT = 5;
  static final int FLAGS_AT = 6;
  static final int RUN_AT = 8;
  static final int FRAME_AT = 16;
  static final int BODY_OFFSET_AT = 24;
  static final int MORE_BYTES = 32;

  static final int SENDER_AT = 32;
  static final int INCARNATION_AT = 40;
  static final int SEQUENCE_AT = 48;
  static final int DESTINATION_AT = 56;
  static final int PAYLOAD_BYTES_AT = 64;
  static final int META_BYTES_AT = 72;
  static final int HEAD_BYTES = 76;
  static final int HEAD_CRC_AT = 76;
  static final int HEAD_CODE_AT = 80;
  static final int BEGIN_BYTES = 96;

  static final int RING_POSITION_AT = 0;
  static final int RING_LENGTH_AT = 8;
  static final int RING_CHECK_AT = 12;
  static final int POINTER_BYTES = 16;

  static final int TRAILER_ZERO_AT = 4;
  static final int TRAILER_CODE_AT = 8;
  static final int TRAILER_BYTES = 24;

  private FrameFormat() {}

  static void putFragment(
      MutableDirectBuffer buffer, int at, byte type, int flags, long run, long frame, long offset) {
    buffer.putInt(at + MAGIC_AT, MAGIC, ORDER);
    buffer.putByte(at + VERSION_AT, VERSION);
    buffer.putByte(at + TYPE_AT, type);
    buffer.putShort(at + FLAGS_AT, (short) flags, ORDER);
    buffer.putLong(at + RUN_AT, run, ORDER);
    buffer.putLong(at + FRAME_AT, frame, ORDER);
    buffer.putLong(at + BODY_OFFSET_AT, offset, ORDER);
  }

  static void putIdentity(
      MutableDirectBuffer buffer, int at, FrameHeader header, long payloadBytes, int metaBytes) {
    buffer.putLong(at + SENDER_AT, header.sender(), ORDER);
    buffer.putLong(at + INCARNATION_AT, header.incarnation(), ORDER);
    buffer.putLong(at + SEQUENCE_AT, header.sequence(), ORDER);
    buffer.putLong(at + DESTINATION_AT, header.destination(), ORDER);
    buffer.putLong(at + PAYLOAD_BYTES_AT, payloadBytes, ORDER);
    buffer.putInt(at + META_BYTES_AT, metaBytes, ORDER);
  }

  static void putPointer(MutableDirectBuffer buffer, int at, long position, int length) {
    buffer.putLong(at + RING_POSITION_AT, position, ORDER);
    buffer.putInt(at + RING_LENGTH_AT, length, ORDER);
    buffer.putInt(at + RING_CHECK_AT, pointerCheck(position, length), ORDER);
  }

  /** Finds any one bit that is wrong; what a pointer leads to is the checksum's business. */
  static int pointerCheck(long position, int length) {
    return 31 * Long.hashCode(position) + length;
  }

  static FrameHeader identity(DirectBuffer buffer, int at) {
    return new FrameHeader(
        buffer.getLong(at + RUN_AT, ORDER),
        buffer.getLong(at + SENDER_AT, ORDER),
        buffer.getLong(at + INCARNATION_AT, ORDER),
        buffer.getLong(at + SEQUENCE_AT, ORDER),
        buffer.getLong(at + DESTINATION_AT, ORDER));
  }
}
