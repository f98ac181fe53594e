package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;

/**
 * Gathers tensors and streams them into a safetensors file. Vectors are not copied: they must not
 * change until {@link #writeTo} has returned. The padding between the tensors of a {@link Layout}
 * is left out; the file holds the tensors one behind the other, the 8-byte types first.
 */
public final class SafetensorsWriter {
  private static final int CHUNK = 1 << 20;

  private final List<Source> sources = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Where the bytes of a file go. */
  @FunctionalInterface
  public interface Sink {
    /** Writes all of {@code bytes}. */
    void write(ByteBuffer bytes) throws IOException;
  }

  /** Gives a tensor's data in pieces of bounded size. */
  @FunctionalInterface
  private interface Data {
    void writeTo(Sink sink) throws IOException;
  }

  private record Source(String name, Dtype dtype, List<Long> shape, long bytes, Data data) {}

  /** Adds an entry to {@code __metadata__}. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds all tensors of a vector under their own names. */
  public SafetensorsWriter add(Layout layout, FlatVector vector) {
    return add(layout, vector, UnaryOperator.identity());
  }

  /**
   * Adds all tensors of a vector.
   *
   * @param names gives the name in the file for the name in the layout
   * @throws IllegalArgumentException where the vector is not as long as its layout, or a name is
   *     taken
   */
  public SafetensorsWriter add(Layout layout, FlatVector vector, UnaryOperator<String> names) {
    SafetensorsFile.checkLength(layout, vector);
    for (TensorSpec spec : layout.tensors()) {
      Dtype dtype = vector instanceof Float32Vector ? Dtype.F32 : Dtype.F64;
      Data data =
          switch (vector) {
            case Float32Vector f -> sink -> floats(f.view(spec), sink);
            case Float64Vector d -> sink -> doubles(d, spec, sink);
          };
      add(
          names.apply(spec.name()),
          dtype,
          spec.shape().stream().map(Integer::longValue).toList(),
          spec.size() * dtype.bytes(),
          data);
    }
    return this;
  }

  /** Adds a row of integers, copied. */
  public SafetensorsWriter addLongs(String name, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    add(
        name,
        Dtype.I64,
        List.of((long) values.length),
        bytes.capacity(),
        s -> s.write(bytes.rewind()));
    return this;
  }

  /** Adds a row of bytes, copied. */
  public SafetensorsWriter addBytes(String name, byte... values) {
    byte[] copy = values.clone();
    add(
        name,
        Dtype.U8,
        List.of((long) copy.length),
        copy.length,
        s -> s.write(ByteBuffer.wrap(copy)));
    return this;
  }

  private void add(String name, Dtype dtype, List<Long> shape, long bytes, Data data) {
    if (name.equals(SafetensorsHeader.METADATA) || !names.add(name)) {
      throw new IllegalArgumentException(
          "tensor " + name + ": the name is taken (expected another than " + names + ")");
    }
    sources.add(new Source(name, dtype, shape, bytes, data));
  }

  /** Whether nothing was added. */
  public boolean isEmpty() {
    return sources.isEmpty();
  }

  /**
   * Writes the file.
   *
   * @return the checksum (CRC32C) of each tensor's bytes, in the order of their offsets
   */
  public Map<StoredTensor, Integer> writeTo(Sink sink) throws IOException {
    List<Source> ordered = new ArrayList<>(sources);
    // Stable: within a width, tensors stay in the order in which they were added.
    ordered.sort(Comparator.comparingInt((Source s) -> -s.dtype().bytes()));
    List<StoredTensor> places = new ArrayList<>();
    long end = 0;
    for (Source s : ordered) {
      places.add(new StoredTensor(s.name(), s.dtype(), s.shape(), end, s.bytes()));
      end += s.bytes();
    }
    byte[] header = SafetensorsHeader.encode(places, metadata);
    sink.write(ByteBuffer.wrap(header));
    Map<StoredTensor, Integer> checksums = new LinkedHashMap<>();
    for (int i = 0; i < places.size(); i++) {
      StoredTensor p = places.get(i);
      CRC32C crc = new CRC32C();
      ordered
          .get(i)
          .data()
          .writeTo(bytes -> {
            crc.update(bytes.duplicate());
            sink.write(bytes);
          });
      checksums.put(
          new StoredTensor(p.name(), p.dtype(), p.shape(), header.length + p.offset(), p.bytes()),
          (int) crc.getValue());
    }
    return checksums;
  }

  private static void floats(Float32Vector vector, Sink sink) throws IOException {
    MemorySegment segment = vector.segment();
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      for (long done = 0; done < segment.byteSize(); done += CHUNK) {
        long n = Math.min(CHUNK, segment.byteSize() - done);
        sink.write(segment.asSlice(done, n).asByteBuffer());
      }
      return;
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < vector.length(); i++) {
      chunk.putFloat(segment.getAtIndex(ValueLayout.JAVA_FLOAT, i));
      if (!chunk.hasRemaining() || i + 1 == vector.length()) {
        sink.write(chunk.flip());
        chunk.clear();
      }
    }
  }

  private static void doubles(Float64Vector vector, TensorSpec spec, Sink sink) throws IOException {
    ByteBuffer chunk =
        ByteBuffer.allocate((int) Math.min(CHUNK, spec.size() * 8)).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < spec.size(); i++) {
      chunk.putDouble(vector.get(spec.offset() + i));
      if (!chunk.hasRemaining() || i + 1 == spec.size()) {
        sink.write(chunk.flip());
        chunk.clear();
      }
    }
  }
}
