package org.estafette.actor.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
  private static final Layout LAYOUT =
      Layout.builder()
          .add("scalar")
          .add("weight", 3, 5)
          .add("bias", 17)
          .add("äöü \"q\"", 1)
          .build();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldReadBackEveryBitItWrote(Precision precision) throws IOException {
    FlatVector vector = random(precision, 7);
    Path path = write(writer(vector));

    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      FlatVector copy = precision.zeros(LAYOUT.length());
      file.readInto(LAYOUT, copy);
      for (long i = 0; i < vector.length(); i++) {
        assertThat(copy.get(i)).isEqualTo(vector.get(i));
      }
      assertThat(file.longs("counters")).containsExactly(1, -2, Long.MAX_VALUE);
      assertThat(file.bytes("text")).containsExactly(1, -1, 7);
      assertThat(file.metadata()).containsEntry("format", "pt");
      assertThat(file.tensors()).hasSize(6);
      for (StoredTensor t : file.tensors()) {
        assertThat(t.offset() % t.dtype().bytes()).as(t.name()).isZero();
      }
    }
  }

  @Test
  void shouldWriteTheBytesThatTheFormatPrescribes() throws IOException {
    Float32Vector vector = Float32Vector.allocate(16);
    vector.set(0, 1);
    vector.set(1, -2);
    Path path = write(new SafetensorsWriter().add(Layout.of("w", 2), vector));

    String json = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    String padded = json + " ".repeat((8 - json.length() % 8) % 8);
    ByteBuffer expected = ByteBuffer.allocate(8 + padded.length() + 8);
    expected.order(ByteOrder.LITTLE_ENDIAN).putLong(padded.length());
    expected.put(padded.getBytes(StandardCharsets.US_ASCII)).putFloat(1).putFloat(-2);
    assertThat(Files.readAllBytes(path)).isEqualTo(expected.array());
  }

  @Test
  void shouldConvertBetweenPrecisions() throws IOException {
    Path path = write(new SafetensorsWriter().add(LAYOUT, random(Precision.FLOAT64, 1)));
    Float32Vector narrow = Float32Vector.allocate(LAYOUT.length());
    Float32Vector expected = Float32Vector.allocate(LAYOUT.length());
    expected.copyFrom(random(Precision.FLOAT64, 1));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      file.readInto(LAYOUT, narrow);
    }
    // Random vectors are zero in the padding.
    for (long i = 0; i < narrow.length(); i++) {
      assertThat(narrow.get(i)).isEqualTo(expected.get(i));
    }
  }

  @Test
  void shouldStreamTensorsLargerThanAChunk() throws IOException {
    Layout layout = Layout.builder().add("a", 700_001).add("b", 3).build();
    for (Precision precision : Precision.values()) {
      FlatVector vector = precision.zeros(layout.length());
      for (long i = 0; i < 700_001; i += 997) {
        vector.set(i, i);
      }
      vector.set(layout.get("b").offset() + 2, -1);
      Path path = write(new SafetensorsWriter().add(layout, vector));
      FlatVector copy = precision.zeros(layout.length());
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        file.readInto(layout, copy);
      }
      copy.axpy(-1, vector);
      assertThat(copy.squaredNorm()).isZero();
    }
  }

  @Test
  void shouldRefuseAFileCutAtAnyLength() throws IOException {
    byte[] whole = Files.readAllBytes(write(writer(random(Precision.FLOAT32, 3))));
    for (int n = 0; n < whole.length; n++) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, n));
      assertThatThrownBy(() -> SafetensorsFile.open(cut))
          .as("cut at %d of %d", n, whole.length)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("cut")
          .hasMessageContaining("offset");
    }
    Path longer = Files.write(folder.resolve("longer"), Arrays.copyOf(whole, whole.length + 1));
    assertThatThrownBy(() -> SafetensorsFile.open(longer))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected to end with its last tensor at " + whole.length);
  }

  @Test
  void shouldSurviveRandomBytesInTheHeaderWithAClearRefusalOrASoundFile() throws IOException {
    byte[] whole = Files.readAllBytes(write(writer(random(Precision.FLOAT32, 3))));
    int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + 8;
    long seed = Long.getLong("estafette.seed", 42L);
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      byte[] bytes = whole.clone();
      for (int k = 0; k <= random.nextInt(4); k++) {
        bytes[random.nextInt(header)] = (byte) random.nextInt(256);
      }
      Path path = Files.write(folder.resolve("fuzzed"), bytes);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        long sum = file.tensors().stream().mapToLong(StoredTensor::bytes).sum();
        assertThat(sum).as("-Destafette.seed=%d", seed).isEqualTo(whole.length - header);
      } catch (CheckpointException expected) {
        assertThat(expected).hasMessageContaining("fuzzed");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                                                         | begins with byte 91
          {"w":1}                                                                    | tensor w: NUMBER (expected an object)
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} , }                  | no JSON
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}                  | no JSON
          {"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | Duplicate
          {"w":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}                     | dtype="F16" (expected one of [F64, I64, F32, U8])
          {"w":{"shape":[2],"data_offsets":[0,8]}}                                   | dtype=
          {"w":{"dtype":"F32","data_offsets":[0,8]}}                                 | shape: MISSING
          {"w":{"dtype":"F32","shape":[2]}}                                          | data_offsets: MISSING
          {"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}                       | shape: NUMBER (expected an array
          {"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}                   | shape: 2.0 (expected an integer >= 0)
          {"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}                    | shape: -2 (expected an integer >= 0)
          {"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}                   | (expected an integer >= 0)
          {"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}  | 99999999999999999999 (expected an integer
          {"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | overflows 64 bits
          {"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}                     | 8 bytes (expected 12 for F32 of shape [3])
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}                   | expected begin and end
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}                     | expected begin <= end <= 8
          {"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}                    | expected begin <= end <= 8
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}            | unknown field more
          {"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                     | expected to end with its last tensor
          {"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                     | there is a hole
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | tensor b: begins at offset
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]},"c":{"dtype":"U8","shape":[2],"data_offsets":[6,8]}} | expected a multiple of 4
          {"__metadata__":[],"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   | tensor __metadata__: ARRAY
          {"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | __metadata__.a: NUMBER (expected text)
          """)
  void shouldNameWhatIsWrongWithAHeader(String header, String message) throws IOException {
    Path path = Files.write(folder.resolve("bad.safetensors"), file(header, 8));

    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(message);
  }

  @Test
  void shouldAcceptWhatTheFormatAllows() throws IOException {
    String odd =
        "{\"b\":{\"data_offsets\":[4,8],\"shape\":[1],\"dtype\":\"F32\"},"
            + "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[4,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ";
    Path path = Files.write(folder.resolve("odd.safetensors"), file(odd, 8));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("a", "empty", "b");
    }
  }

  @Test
  void shouldRefuseHeaderLengthsThatCannotBe() throws IOException {
    for (long length : new long[] {0, 1, -1, Long.MIN_VALUE, 100_000_001, 1L << 40, 93}) {
      byte[] bytes = new byte[100];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Path path = Files.write(folder.resolve("length"), bytes);
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("header length=" + Long.toUnsignedString(length));
    }
  }

  @Test
  void shouldRefuseTensorsThatDoNotFitTheLayout() throws IOException {
    Path path = write(writer(random(Precision.FLOAT32, 3)));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Float32Vector target = Float32Vector.allocate(32);
      assertThatThrownBy(() -> file.readInto(Layout.of("absent", 32), target))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no tensor absent")
          .hasMessageContaining("bias");
      assertThatThrownBy(() -> file.readInto(Layout.of("bias", 32), target))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor bias")
          .hasMessageContaining("of shape [17] (expected F32 or F64 of shape [32])");
      assertThatThrownBy(() -> file.longs("bias")).hasMessageContaining("expected I64");
      assertThat(target.squaredNorm()).isZero();
    }
  }

  @Test
  void shouldRefuseTwoTensorsOfOneName() {
    FlatVector vector = Float64Vector.zeros(LAYOUT.length());
    SafetensorsWriter writer = new SafetensorsWriter().add(LAYOUT, vector);
    assertThatThrownBy(() -> writer.add(LAYOUT, vector))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tensor scalar: the name is taken");
    assertThatThrownBy(() -> writer.addLongs("__metadata__", 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] file(String header, int data) {
    byte[] json = header.strip().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putLong(json.length).put(json).array();
  }

  private static SafetensorsWriter writer(FlatVector vector) {
    return new SafetensorsWriter()
        .metadata("format", "pt")
        .addBytes("text", (byte) 1, (byte) -1, (byte) 7)
        .add(LAYOUT, vector)
        .addLongs("counters", 1, -2, Long.MAX_VALUE);
  }

  private Path write(SafetensorsWriter writer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeTo(bytes -> {
      byte[] piece = new byte[bytes.remaining()];
      bytes.get(piece);
      out.write(piece);
    });
    return Files.write(folder.resolve("file.safetensors"), out.toByteArray());
  }

  private static FlatVector random(Precision precision, long seed) {
    FlatVector vector = precision.zeros(LAYOUT.length());
    Random random = new Random(seed);
    for (var spec : LAYOUT.tensors()) {
      for (long i = 0; i < spec.size(); i++) {
        vector.set(spec.offset() + i, random.nextGaussian());
      }
    }
    return vector;
  }
}
