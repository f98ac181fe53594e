package org.estafette.actor.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: 8 bytes of little-endian length, then so many bytes of JSON,
 * which names every tensor's type, shape and place. The data begins right behind it and is covered
 * by the tensors without hole or overlap.
 *
 * @param tensors by name, in the order of their offsets
 * @param metadata the entries of {@code __metadata__}
 * @param dataStart first byte of the data
 */
record SafetensorsHeader(
    Map<String, StoredTensor> tensors, Map<String, String> metadata, long dataStart) {
  static final int LENGTH_BYTES = 8;

  /** Longer headers are refused before memory is taken for them. */
  static final long MOST_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  SafetensorsHeader {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Lays tensors out one behind the other and encodes the header.
   *
   * @return the first {@code dataStart} bytes of the file; the length is a multiple of 8, so that
   *     8-byte elements, which must come first, are aligned in memory
   */
  static byte[] encode(List<StoredTensor> tensorsFromZero, Map<String, String> metadata) {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode entries = root.putObject(METADATA);
      metadata.forEach(entries::put);
    }
    for (StoredTensor t : tensorsFromZero) {
      ObjectNode node = root.putObject(t.name());
      node.put("dtype", t.dtype().name());
      ArrayNode shape = node.putArray("shape");
      t.shape().forEach(shape::add);
      node.putArray("data_offsets").add(t.offset()).add(t.offset() + t.bytes());
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    if (padded > MOST_BYTES) {
      throw new IllegalArgumentException(
          "header of " + padded + " bytes (expected at most " + MOST_BYTES + ")");
    }
    byte[] header = new byte[LENGTH_BYTES + padded];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(padded);
    System.arraycopy(json, 0, header, LENGTH_BYTES, json.length);
    return header;
  }

  /** Checks the header's length against the file's and the cap; returns it. */
  static int checkLength(String file, long headerBytes, long fileBytes) throws CheckpointException {
    if (headerBytes < 2 || headerBytes > MOST_BYTES || headerBytes > fileBytes - LENGTH_BYTES) {
      throw new CheckpointException(
          file
              + ", offset 0: header length="
              + Long.toUnsignedString(headerBytes)
              + " (expected 2 to "
              + Math.min(MOST_BYTES, fileBytes - LENGTH_BYTES)
              + ": the file has "
              + fileBytes
              + " bytes)");
    }
    return (int) headerBytes;
  }

  /** Parses and validates the JSON part of a header of a file of {@code fileBytes} bytes. */
  static SafetensorsHeader parse(String file, byte[] json, long fileBytes)
      throws CheckpointException {
    if (json[0] != '{') {
      throw new CheckpointException(
          file + ", offset 8: the header begins with byte " + json[0] + " (expected '{')");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    List<StoredTensor> tensors = new ArrayList<>();
    long start = (long) LENGTH_BYTES + json.length;
    for (Map.Entry<String, JsonNode> entry : object(file, json).properties()) {
      if (entry.getKey().equals(METADATA)) {
        metadata.putAll(metadata(file, entry.getValue()));
      } else {
        tensors.add(tensor(file, entry.getKey(), entry.getValue(), start, fileBytes));
      }
    }
    tensors.sort(
        Comparator.comparingLong(StoredTensor::offset).thenComparingLong(StoredTensor::bytes));
    long end = start;
    Map<String, StoredTensor> byName = new LinkedHashMap<>();
    for (StoredTensor t : tensors) {
      if (t.offset() != end) {
        throw new CheckpointException(
            where(file, t.name())
                + ": begins at offset "
                + t.offset()
                + " (expected "
                + end
                + (t.offset() < end ? ": it overlaps the tensor before)" : ": there is a hole)"));
      }
      end += t.bytes();
      byName.put(t.name(), t);
    }
    if (end != fileBytes) {
      throw new CheckpointException(
          file
              + ", offset "
              + end
              + ": the file has "
              + fileBytes
              + " bytes (expected to end with its last tensor at "
              + end
              + ")");
    }
    return new SafetensorsHeader(byName, metadata, start);
  }

  private static ObjectNode object(String file, byte[] json) throws CheckpointException {
    try {
      // Jackson would replace malformed bytes in places; the format wants UTF-8.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      if (JSON.readTree(text) instanceof ObjectNode root) {
        return root;
      }
      throw new CheckpointException(file + ", offset 8: the header is no JSON object");
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file + ", offset 8: the header is not UTF-8", e);
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharOffset());
      throw new CheckpointException(
          file + ", offset " + (8 + at) + ": the header is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, String> metadata(String file, JsonNode node)
      throws CheckpointException {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (!node.isObject()) {
      throw new CheckpointException(where(file, METADATA) + ": " + kind(node, "an object"));
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new CheckpointException(
            where(file, METADATA + "." + entry.getKey()) + ": " + kind(entry.getValue(), "text"));
      }
      metadata.put(entry.getKey(), entry.getValue().textValue());
    }
    return metadata;
  }

  private static StoredTensor tensor(
      String file, String name, JsonNode node, long start, long fileBytes)
      throws CheckpointException {
    String where = where(file, name);
    if (!node.isObject()) {
      throw new CheckpointException(where + ": " + kind(node, "an object"));
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!List.of("dtype", "shape", "data_offsets").contains(entry.getKey())) {
        throw new CheckpointException(
            where + ": unknown field " + entry.getKey() + " (expected dtype, shape, data_offsets)");
      }
    }
    Dtype dtype = dtype(where, node.path("dtype"));
    List<Long> shape = integers(where + ", shape", node.path("shape"));
    List<Long> offsets = integers(where + ", data_offsets", node.path("data_offsets"));
    if (offsets.size() != 2) {
      throw new CheckpointException(
          where + ": data_offsets=" + offsets + " (expected begin and end)");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin > end || end > fileBytes - start) {
      throw new CheckpointException(
          where
              + ": data_offsets="
              + offsets
              + " (expected begin <= end <= "
              + (fileBytes - start)
              + ", the bytes of data in the file)");
    }
    long bytes = dtype.bytes();
    try {
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      throw new CheckpointException(where + ": shape=" + shape + " overflows 64 bits", e);
    }
    if (bytes != end - begin) {
      throw new CheckpointException(
          where
              + ", offset "
              + (start + begin)
              + ": "
              + (end - begin)
              + " bytes (expected "
              + bytes
              + " for "
              + dtype
              + " of shape "
              + shape
              + ")");
    }
    if (begin % dtype.bytes() != 0) {
      throw new CheckpointException(
          where + ": begins at byte " + begin + " (expected a multiple of " + dtype.bytes() + ")");
    }
    return new StoredTensor(name, dtype, shape, start + begin, bytes);
  }

  private static Dtype dtype(String where, JsonNode node) throws CheckpointException {
    for (Dtype dtype : Dtype.values()) {
      if (node.isTextual() && dtype.name().equals(node.textValue())) {
        return dtype;
      }
    }
    throw new CheckpointException(
        where + ": dtype=" + node + " (expected one of " + Arrays.toString(Dtype.values()) + ")");
  }

  private static List<Long> integers(String where, JsonNode node) throws CheckpointException {
    if (!node.isArray()) {
      throw new CheckpointException(where + ": " + kind(node, "an array of integers"));
    }
    List<Long> values = new ArrayList<>();
    for (JsonNode value : node) {
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw new CheckpointException(where + ": " + value + " (expected an integer >= 0)");
      }
      values.add(value.longValue());
    }
    return values;
  }

  private static String kind(JsonNode node, String expected) {
    return node.getNodeType() + " (expected " + expected + ")";
  }

  private static String where(String file, String tensor) {
    return file + ", tensor " + tensor;
  }
}
