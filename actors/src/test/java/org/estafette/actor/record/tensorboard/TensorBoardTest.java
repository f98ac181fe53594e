package org.estafette.actor.record.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Staleness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files, read back by a reader that shares nothing with the writer. */
class TensorBoardTest {
  @TempDir Path temporary;

  private record Read(double wallTime, long step, String version, Map<String, Float> values) {}

  private static Metric point(double seconds, long tokens, Double validation, Exchanges exchanges) {
    return new Metric.ProgressPoint(
        seconds,
        tokens,
        10,
        2.5,
        validation,
        null,
        1000,
        7,
        4,
        Pushes.NONE,
        new Staleness(1.5, 6),
        exchanges);
  }

  @Test
  void shouldMakeChecksumsOfPublishedVectors() {
    // RFC 3720, B.4, through the masking of TensorFlow's record format.
    assertThat(unmask(TfRecord.masked(new byte[32], 32))).isEqualTo(0x8a9136aa);
    assertThat(unmask(TfRecord.masked(HexFormat.of().parseHex("ff".repeat(32)), 32)))
        .isEqualTo(0x62a8ab43);
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(unmask(TfRecord.masked(digits, 9))).isEqualTo(0xe3069283);
  }

  @Test
  void shouldBeginAsEveryEventFileBegins() {
    ByteBuffer frame = TfRecord.frame(EventMessage.version(1.7e9));
    byte[] begin = new byte[13];
    frame.get(begin);
    // Length 24 and its checksum, as in all files that TensorFlow writes; then wall_time's key.
    assertThat(HexFormat.of().formatHex(begin)).isEqualTo("1800000000000000a37f4b2209");
  }

  @Test
  void shouldWriteTheProgressOfARun() throws IOException {
    RunFolder folder = RunFolder.createAt(temporary.resolve("run"));
    List<Metric> others = new ArrayList<>();
    try (TensorBoard board = TensorBoard.open(true, folder, () -> 1_700_000_100, text -> {})) {
      var sink = board.after(others::add);
      sink.accept(point(5, 300, null, null));
      sink.accept(new Metric.RunEvent(6, Metric.RunKind.PAUSED, "no scalar"));
      sink.accept(point(9, 5_000_000_000L, 2.25, null));
      sink.accept(point(10, 6_000_000_000L, null, new Exchanges(1, 0, 0, 1, 0, 0.125)));
    }
    assertThat(others).hasSize(4);
    List<Read> events = read(file(folder));
    assertThat(events).hasSize(4);
    assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).wallTime()).isEqualTo(1_700_000_100.0);
    assertThat(events.get(1).step()).isEqualTo(300);
    assertThat(events.get(1).values())
        .containsEntry("loss/train", 2.5f)
        .containsEntry("run/tokens_per_second", 1000f)
        .containsEntry("run/version", 7f)
        .containsEntry("staleness/mean", 1.5f)
        .containsEntry("staleness/max", 6f)
        .doesNotContainKeys("loss/validation", "consensus/distance");
    assertThat(events.get(2).wallTime()).isCloseTo(1_700_000_104.0, within(1e-6));
    assertThat(events.get(2).step()).isEqualTo(5_000_000_000L);
    assertThat(events.get(2).values()).containsEntry("loss/validation", 2.25f);
    assertThat(events.get(3).values())
        .containsEntry("consensus/distance", 0.125f)
        .doesNotContainKey("staleness/mean");
  }

  @Test
  void shouldBeginAnotherFileWhereARunIsResumed() throws IOException {
    RunFolder folder = RunFolder.createAt(temporary.resolve("run"));
    for (int i = 0; i < 2; i++) {
      try (TensorBoard board = TensorBoard.open(true, folder, () -> 1e9, text -> {})) {
        board.after(m -> {}).accept(point(5 + i, 300, null, null));
      }
    }
    try (Stream<Path> files = Files.list(folder.path().resolve("tensorboard"))) {
      assertThat(files).hasSize(2).allSatisfy(f -> assertThat(read(f)).hasSize(2));
    }
  }

  @Test
  void shouldLeaveNothingBehindWhereItIsOff() throws IOException {
    RunFolder folder = RunFolder.createAt(temporary.resolve("run"));
    try (TensorBoard board = TensorBoard.open(false, folder, () -> 1e9, text -> {})) {
      board.after(m -> {}).accept(point(5, 300, null, null));
    }
    assertThat(folder.path().resolve("tensorboard")).doesNotExist();
  }

  @Test
  void shouldGiveUpOnceAndLetTheRunGoOn() throws IOException {
    RunFolder folder = RunFolder.createAt(temporary.resolve("run"));
    List<String> told = new ArrayList<>();
    List<Metric> others = new ArrayList<>();
    TensorBoard board = TensorBoard.open(true, folder, () -> 1e9, told::add);
    board.close(); // As good as a disk that is full.
    var sink = board.after(others::add);
    sink.accept(point(5, 300, null, null));
    sink.accept(point(6, 400, null, null));
    assertThat(others).hasSize(2);
    assertThat(told).singleElement().asString().startsWith("TensorBoard's file is given up");
  }

  private static Path file(RunFolder folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.path().resolve("tensorboard"))) {
      Path file = files.findFirst().orElseThrow();
      assertThat(file.getFileName().toString())
          .isEqualTo("events.out.tfevents.1700000100.estafette");
      return file;
    }
  }

  private static List<Read> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Read> events = new ArrayList<>();
    while (in.hasRemaining()) {
      int at = in.position();
      int length = Math.toIntExact(in.getLong());
      assertThat(unmask(in.getInt())).isEqualTo(crc(in.array(), at, 8));
      assertThat(unmask(in.getInt(at + 12 + length))).isEqualTo(crc(in.array(), at + 12, length));
      events.add(event(in.slice(at + 12, length).order(ByteOrder.LITTLE_ENDIAN)));
      in.position(at + 16 + length);
    }
    return events;
  }

  private static Read event(ByteBuffer in) {
    double wallTime = 0;
    long step = 0;
    String version = "";
    Map<String, Float> values = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      switch ((int) variable(in)) {
        case 1 << 3 | 1 -> wallTime = in.getDouble();
        case 2 << 3 -> step = variable(in);
        case 3 << 3 | 2 -> version = text(in);
        case 5 << 3 | 2 -> {
          ByteBuffer summary = part(in);
          while (summary.hasRemaining()) {
            assertThat(variable(summary)).isEqualTo(1 << 3 | 2);
            ByteBuffer value = part(summary);
            assertThat(variable(value)).isEqualTo(1 << 3 | 2);
            String tag = text(value);
            assertThat(variable(value)).isEqualTo(2 << 3 | 5);
            values.put(tag, value.getFloat());
            assertThat(value.hasRemaining()).isFalse();
          }
        }
        default -> throw new AssertionError("unknown field");
      }
    }
    return new Read(wallTime, step, version, values);
  }

  private static long variable(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static ByteBuffer part(ByteBuffer in) {
    int length = (int) variable(in);
    ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + length);
    return part;
  }

  private static String text(ByteBuffer in) {
    return StandardCharsets.UTF_8.decode(part(in)).toString();
  }

  private static int unmask(int masked) {
    return Integer.rotateLeft(masked - 0xa282ead8, 15);
  }

  /** CRC32C bit by bit, as in its definition. */
  private static int crc(byte[] data, int from, int length) {
    int crc = -1;
    for (int i = from; i < from + length; i++) {
      crc ^= data[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    return ~crc;
  }
}
