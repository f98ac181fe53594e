package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, mapped into memory. Opening validates the whole header: every type, shape and
 * offset, and that the tensors cover the data without hole or overlap.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path path, Arena arena, MemorySegment bytes, SafetensorsHeader header) {
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
    this.header = header;
  }

  /**
   * Maps a file and validates its header.
   *
   * @throws CheckpointException where the file is not as the format wants it; the message names the
   *     file, the tensor and the offset
   */
  public static SafetensorsFile open(Path path) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < SafetensorsHeader.LENGTH_BYTES + 2) {
        throw new CheckpointException(
            path + ", offset " + size + ": the file ends (expected a header of at least 10 bytes)");
      }
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      int length = SafetensorsHeader.checkLength(path.toString(), bytes.get(LONG, 0), size);
      byte[] json =
          bytes.asSlice(SafetensorsHeader.LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
      return new SafetensorsFile(
          path, arena, bytes, SafetensorsHeader.parse(path.toString(), json, size));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** The tensors in the order of their offsets. */
  public List<StoredTensor> tensors() {
    return List.copyOf(header.tensors().values());
  }

  /** The entries of {@code __metadata__}. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The tensor of that name; null where there is none. */
  public @Nullable StoredTensor find(String name) {
    return header.tensors().get(name);
  }

  /**
   * The tensor of that name.
   *
   * @throws CheckpointException where there is none
   */
  public StoredTensor get(String name) throws CheckpointException {
    StoredTensor tensor = find(name);
    if (tensor == null) {
      throw new CheckpointException(
          path + ": no tensor " + name + " (expected one of " + header.tensors().keySet() + ")");
    }
    return tensor;
  }

  /** Fills a vector with the tensors of its layout, by their own names. */
  public void readInto(Layout layout, FlatVector vector) throws CheckpointException {
    readInto(layout, vector, UnaryOperator.identity());
  }

  static void checkLength(Layout layout, FlatVector vector) {
    if (vector.length() != layout.length()) {
      throw new IllegalArgumentException(
          "vector: length="
              + vector.length()
              + " (expected "
              + layout.length()
              + ", "
              + layout
              + ")");
    }
  }

  /**
   * Fills a vector with the tensors of its layout; F32 and F64 are converted to the vector's
   * precision. Padding is left as it is. All tensors are checked before the first is read.
   *
   * @param names gives the name in the file for the name in the layout
   * @throws CheckpointException where a tensor is missing, or is no float tensor of that shape
   */
  public void readInto(Layout layout, FlatVector vector, UnaryOperator<String> names)
      throws CheckpointException {
    checkLength(layout, vector);
    for (TensorSpec spec : layout.tensors()) {
      StoredTensor tensor = get(names.apply(spec.name()));
      boolean fits = tensor.shape().equals(spec.shape().stream().map(Integer::longValue).toList());
      if (!fits || (tensor.dtype() != Dtype.F32 && tensor.dtype() != Dtype.F64)) {
        throw new CheckpointException(
            where(tensor)
                + ": "
                + tensor.dtype()
                + " of shape "
                + tensor.shape()
                + " (expected F32 or F64 of shape "
                + spec.shape()
                + ")");
      }
    }
    for (TensorSpec spec : layout.tensors()) {
      read(get(names.apply(spec.name())), spec, vector);
    }
  }

  private void read(StoredTensor tensor, TensorSpec spec, FlatVector vector) {
    MemorySegment from = segment(tensor);
    boolean native32 =
        tensor.dtype() == Dtype.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (native32 && vector instanceof Float32Vector to) {
      to.view(spec).segment().copyFrom(from);
      return;
    }
    for (long i = 0; i < spec.size(); i++) {
      vector.set(spec.offset() + i, element(tensor, from, i));
    }
  }

  private static double element(StoredTensor tensor, MemorySegment from, long i) {
    return tensor.dtype() == Dtype.F32 ? from.getAtIndex(FLOAT, i) : from.getAtIndex(DOUBLE, i);
  }

  /**
   * The values of an I64 tensor.
   *
   * @throws CheckpointException where there is none of that name and type
   */
  public long[] longs(String name) throws CheckpointException {
    StoredTensor tensor = typed(name, Dtype.I64);
    return segment(tensor).toArray(LONG);
  }

  /**
   * The values of a U8 tensor.
   *
   * @throws CheckpointException where there is none of that name and type
   */
  public byte[] bytes(String name) throws CheckpointException {
    return segment(typed(name, Dtype.U8)).toArray(ValueLayout.JAVA_BYTE);
  }

  private StoredTensor typed(String name, Dtype expected) throws CheckpointException {
    StoredTensor tensor = get(name);
    if (tensor.dtype() != expected) {
      throw new CheckpointException(
          where(tensor) + ": dtype=" + tensor.dtype() + " (expected " + expected + ")");
    }
    return tensor;
  }

  /** CRC32C of a tensor's bytes. */
  int checksum(StoredTensor tensor) {
    MemorySegment from = segment(tensor);
    CRC32C crc = new CRC32C();
    int chunk = 1 << 24;
    for (long done = 0; done < from.byteSize(); done += chunk) {
      ByteBuffer piece = from.asSlice(done, Math.min(chunk, from.byteSize() - done)).asByteBuffer();
      crc.update(piece);
    }
    return (int) crc.getValue();
  }

  /** Index of the first NaN or infinity of a float tensor; −1 where there is none. */
  long firstNonFinite(StoredTensor tensor) {
    if (tensor.dtype() != Dtype.F32 && tensor.dtype() != Dtype.F64) {
      return -1;
    }
    MemorySegment from = segment(tensor);
    if (tensor.dtype() == Dtype.F32
        && from.address() % Float.BYTES == 0
        && Float32Vector.wrap(from).isFinite()) {
      // The rule, at the speed of memory.
      return -1;
    }
    for (long i = 0; i < tensor.size(); i++) {
      if (!Double.isFinite(element(tensor, from, i))) {
        return i;
      }
    }
    return -1;
  }

  private MemorySegment segment(StoredTensor tensor) {
    return bytes.asSlice(tensor.offset(), tensor.bytes());
  }

  private String where(StoredTensor tensor) {
    return path + ", tensor " + tensor.name() + ", offset " + tensor.offset();
  }

  /** Ends the mapping. */
  @Override
  public void close() {
    arena.close();
  }
}
