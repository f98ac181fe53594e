package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of tensors: opened and read whole, or refused by naming the file. */
public final class SafetensorsFuzz {
  private SafetensorsFuzz() {}

  /** A file. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Path file = Files.createTempFile("fuzz-", ".safetensors");
    try {
      Files.write(file, data);
      try (SafetensorsFile opened = SafetensorsFile.open(file)) {
        long bytes = 0;
        for (StoredTensor tensor : opened.tensors()) {
          bytes += opened.bytes(tensor.name()).length;
        }
        if (bytes > data.length) {
          throw new IllegalStateException(
              "tensors of " + bytes + " bytes in a file of " + data.length);
        }
      } catch (CheckpointException e) {
        if (!String.valueOf(e.getMessage()).contains(file.getFileName().toString())) {
          throw new IllegalStateException("the message does not name the file: " + e, e);
        }
      }
    } finally {
      Files.delete(file);
    }
  }

  /** Files that are sound, and one that is empty. */
  public static List<byte[]> seeds() {
    List<byte[]> files = new ArrayList<>();
    files.add(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 16));
    files.add(
        file(
            "{\"__metadata__\":{\"version\":\"3\"},\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}",
            16));
    files.add(file("{}", 0));
    files.add(file("{\"a\":" + "[".repeat(900) + "]".repeat(900) + "}", 0));
    files.add(new byte[0]);
    return files;
  }

  private static byte[] file(String json, int data) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    int padded = (header.length + 7) / 8 * 8;
    ByteBuffer b = ByteBuffer.allocate(8 + padded + data).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(padded).put(header);
    while (b.position() < 8 + padded) {
      b.put((byte) ' ');
    }
    return b.array();
  }
}
