package org.estafette.actor.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * {@code manifest.json}: written last, it makes a folder a checkpoint. It ends with a checksum of
 * itself, computed with zeros in that place.
 *
 * @param schema version of this form
 * @param run the run's id
 * @param version how many updates the global model has had
 * @param files every other file
 * @param attributes what the caller added
 * @param crc32c checksum of the manifest, 8 hexadecimal digits
 */
record Manifest(
    int schema,
    String run,
    long version,
    List<FileEntry> files,
    Map<String, Object> attributes,
    String crc32c) {
  static final String NAME = "manifest.json";
  static final int SCHEMA = 1;
  private static final String ZEROS = "00000000";
  private static final String CRC_FIELD = "\"crc32c\" : \"";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /**
   * One file.
   *
   * @param name its name in the folder
   * @param bytes its length
   * @param crc32c checksum of its bytes, 8 hexadecimal digits
   * @param tensors its tensors, where it is a safetensors file
   */
  record FileEntry(String name, long bytes, String crc32c, List<TensorEntry> tensors) {}

  /** One tensor, with the checksum of its bytes. */
  record TensorEntry(
      String name, Dtype dtype, List<Long> shape, long offset, long bytes, String crc32c) {}

  static String hex(int crc) {
    return HexFormat.of().toHexDigits(crc);
  }

  static byte[] encode(
      String run, long version, List<FileEntry> files, Map<String, Object> attributes) {
    try {
      Manifest open = new Manifest(SCHEMA, run, version, files, attributes, ZEROS);
      byte[] bytes = JSON.writeValueAsBytes(open);
      byte[] crc = hex(crc(bytes)).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(crc, 0, bytes, crcPosition(bytes), crc.length);
      return bytes;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("attributes=" + attributes + " (expected plain JSON)", e);
    }
  }

  /**
   * Parses and checks a manifest.
   *
   * @param file what messages call it
   * @throws CheckpointException where a byte of it has changed, or it is of another schema
   */
  static Manifest decode(String file, byte[] bytes) throws CheckpointException {
    int at = crcPosition(bytes);
    if (at < 0) {
      throw new CheckpointException(file + ", offset " + bytes.length + ": no checksum at its end");
    }
    byte[] open = bytes.clone();
    System.arraycopy(ZEROS.getBytes(StandardCharsets.US_ASCII), 0, open, at, ZEROS.length());
    String seen = new String(bytes, at, ZEROS.length(), StandardCharsets.ISO_8859_1);
    String computed = hex(crc(open));
    if (!seen.equals(computed)) {
      throw new CheckpointException(
          file + ", offset " + at + ": crc32c=" + seen + " (expected " + computed + ")");
    }
    try {
      int schema = JSON.readTree(bytes).path("schema").asInt();
      if (schema != SCHEMA) {
        throw new CheckpointException(
            file
                + ": schema="
                + schema
                + " (expected "
                + SCHEMA
                + ": use the version that wrote it)");
      }
      return JSON.readValue(bytes, Manifest.class);
    } catch (java.io.IOException e) {
      throw e instanceof CheckpointException c
          ? c
          : new CheckpointException(file + ": no manifest: " + e.getMessage(), e);
    }
  }

  /** Where the digits of the last checksum begin; −1 where the end is not that of a manifest. */
  private static int crcPosition(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int field = text.lastIndexOf(CRC_FIELD);
    int at = field + CRC_FIELD.length();
    boolean ends = field >= 0 && text.substring(Math.min(at + 8, text.length())).equals("\"\n}");
    return ends ? at : -1;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
