package org.estafette.actor.record.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * TensorBoard's protocol buffer {@code Event}, as far as scalars need it:
 *
 * <pre>
 * Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }
 * Summary { repeated Value value = 1 }
 * Value   { string tag = 1; float simple_value = 2 }
 * </pre>
 */
final class EventMessage {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private EventMessage() {}

  /** What a file begins with. */
  static byte[] version(double wallTime) {
    return new EventMessage().fixed64(1, wallTime).bytes(3, utf8("brain.Event:2")).bytes();
  }

  /**
   * Scalars of one step.
   *
   * @param wallTime seconds since 1970
   * @param step at least 0
   */
  static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
    EventMessage summary = new EventMessage();
    values.forEach((tag, value) ->
        summary.bytes(
            1, new EventMessage().bytes(1, utf8(tag)).fixed32(2, value.floatValue()).bytes()));
    return new EventMessage()
        .fixed64(1, wallTime)
        .varint(2, step)
        .bytes(5, summary.bytes())
        .bytes();
  }

  private EventMessage fixed64(int field, double value) {
    key(field, FIXED64);
    little(Double.doubleToRawLongBits(value), 8);
    return this;
  }

  private EventMessage fixed32(int field, float value) {
    key(field, FIXED32);
    little(Float.floatToRawIntBits(value), 4);
    return this;
  }

  private EventMessage varint(int field, long value) {
    key(field, VARINT);
    variable(value);
    return this;
  }

  private EventMessage bytes(int field, byte[] value) {
    key(field, BYTES);
    variable(value.length);
    out.writeBytes(value);
    return this;
  }

  private byte[] bytes() {
    return out.toByteArray();
  }

  private void key(int field, int type) {
    variable((long) field << 3 | type);
  }

  private void little(long bits, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (bits >>> 8 * i));
    }
  }

  private void variable(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
