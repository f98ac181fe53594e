package org.estafette.actor.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;

/**
 * A checksum of each vector of a state, bit for bit, by name: what was saved and what a successor
 * goes on from are the same where these are.
 */
public final class VectorDigests {
  private static final long CHUNK = 1 << 26;

  private VectorDigests() {}

  /** CRC32C of the little-endian floats of each, 8 hexadecimal digits. */
  public static Map<String, String> of(Map<String, FlatVector> vectors) {
    Map<String, String> digests = new TreeMap<>();
    vectors.forEach((name, vector) -> digests.put(name, of(vector)));
    return digests;
  }

  private static String of(FlatVector vector) {
    CRC32C crc = new CRC32C();
    if (vector instanceof Float32Vector floats) {
      MemorySegment all = floats.segment();
      for (long at = 0; at < all.byteSize(); at += CHUNK) {
        crc.update(all.asSlice(at, Math.min(CHUNK, all.byteSize() - at)).asByteBuffer());
      }
    } else {
      ByteBuffer one = ByteBuffer.allocate(Double.BYTES);
      for (long i = 0; i < vector.length(); i++) {
        crc.update(one.clear().putDouble(vector.get(i)).flip());
      }
    }
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /** {@code momentum 1b2c3d4e, parameters 5f60718a}. */
  public static String text(Map<String, String> digests) {
    return digests.entrySet().stream()
        .map(e -> e.getKey() + " " + e.getValue())
        .collect(Collectors.joining(", "));
  }
}
