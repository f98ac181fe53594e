package org.estafette.actor.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  private static final ProgressLine.Style ASCII = new ProgressLine.Style(false, false);
  private static final ProgressLine.Style UNICODE = new ProgressLine.Style(true, false);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong nanos = new AtomicLong(1);

  @Test
  void shouldShowEverythingInAWideTerminal() {
    assertThat(ProgressLine.terminal(view(2_700_000, 1.98), 200, ASCII))
        .isEqualTo(
            "##############................   45 %  2.70 M/6.00 M tokens  loss 1.9312  val 1.9800"
                + "  97,100 tok/s  126 pushes (2 refused)  stale 2.9/13  4 workers  ETA 0:34");
  }

  @Test
  void shouldLeaveOutWhatMattersLeastInANarrowTerminal() {
    ProgressView view = view(2_700_000, 1.98);
    assertThat(ProgressLine.terminal(view, 80, ASCII))
        .contains("45 %", "loss 1.9312", "val 1.9800", "ETA 0:34")
        .doesNotContain("workers", "stale");
    assertThat(ProgressLine.terminal(view, 30, ASCII)).isEqualTo(" 45 %  loss 1.9312  val 1.9800");
    assertThat(ProgressLine.terminal(view, 12, ASCII)).isEqualTo("loss 1.9312");
  }

  @Test
  void shouldShowTheConsensusDistanceOfARunWithoutAServer() {
    ProgressView view =
        new ProgressView(
            new Metric.ProgressPoint(
                27.8,
                2_700_000,
                1_320,
                1.93124,
                1.98,
                null,
                97_100,
                126,
                4,
                new Pushes(126, 0, Map.of("old_epoch", 2L)),
                Staleness.NONE,
                new Exchanges(250, 3, 1, 2, 1, 0.12345)),
            1.98,
            null,
            6_000_000,
            34);
    assertThat(ProgressLine.terminal(view, 200, ASCII))
        .contains("consensus 0.123", "126 rounds", "3 held")
        .doesNotContain("stale", "pushes");
    assertThat(ProgressLine.terminal(view, 60, ASCII)).contains("loss 1.9312", "val 1.9800");
    assertThat(ProgressLine.plain(view))
        .contains(
            "  consensus 0.123  rounds 126  messages 250 fresh, 3 held, 1 superseded, 2 refused  ");
  }

  @Test
  void shouldNeverBeWiderThanTheTerminal() {
    for (int columns = 11; columns < 220; columns++) {
      for (long tokens : new long[] {0, 1, 2_999_999, 6_000_000, 7_000_000}) {
        String line = ProgressLine.terminal(view(tokens, 1.98), columns, UNICODE);
        assertThat(line.codePointCount(0, line.length()))
            .as("%d: %s", columns, line)
            .isLessThanOrEqualTo(columns);
      }
    }
  }

  @Test
  void shouldFillTheBarByEighths() {
    assertThat(ProgressLine.terminal(view(0, null), 200, UNICODE)).startsWith("░".repeat(30) + " ");
    assertThat(ProgressLine.terminal(view(6_000_000, null), 200, UNICODE))
        .startsWith("█".repeat(30) + "  100 %");
    assertThat(ProgressLine.terminal(view(3_100_000, null), 200, UNICODE))
        .startsWith("█".repeat(15) + "▌" + "░".repeat(14) + " ");
  }

  @Test
  void shouldColourOnlyWhereAskedTo() {
    ProgressView view = view(2_700_000, 1.98);
    String coloured = ProgressLine.terminal(view, 120, new ProgressLine.Style(false, true));
    assertThat(coloured).contains("\u001b[1mloss 1.9312\u001b[0m");
    assertThat(coloured.replaceAll("\u001b\\[[0-9]*m", ""))
        .isEqualTo(ProgressLine.terminal(view, 120, ASCII));
  }

  @Test
  void shouldShowNoBarForARunWithoutAnEnd() {
    ProgressView view = new ProgressView(point(2_700_000, null), null, null, 0, Double.NaN);
    assertThat(ProgressLine.terminal(view, 120, ASCII))
        .isEqualTo(
            "2.70 M tokens  loss 1.9312  97,100 tok/s  126 pushes (2 refused)  stale 2.9/13  4"
                + " workers");
    assertThat(ProgressLine.plain(view)).doesNotContain("ETA").contains("validation –");
  }

  @Test
  void shouldShowTheAccuracyOfAModelThatClassifies() {
    ProgressView view = new ProgressView(point(2_700_000, null), 1.25, 0.5409, 6_000_000, 34);
    assertThat(ProgressLine.terminal(view, 160, ASCII)).contains("val 1.2500  acc 54.1 %");
    assertThat(ProgressLine.plain(view)).contains("validation 1.2500  accuracy 54.1 %  tokens/s");
  }

  @Test
  void shouldNameEveryNumberInAPlainLine() {
    assertThat(ProgressLine.plain(view(2_700_000, 1.98)))
        .isEqualTo(
            "   27.8 s   45.0 %  tokens 2.70 M  loss 1.9312  validation 1.9800  tokens/s 97,100"
                + "  workers 4  pushes 123 accepted, 3 merged, 2 refused"
                + "  staleness 2.87 mean, 13 max  ETA 34.0 s");
  }

  @Test
  void shouldDrawATerminalLineInPlaceAtMostTenTimesASecond() {
    ProgressDisplay display = terminal(() -> 60);
    display.update(point(600_000, null));
    nanos.addAndGet(50_000_000);
    display.update(point(1_200_000, null));
    nanos.addAndGet(50_000_000);
    display.update(point(1_800_000, null));
    assertThat(text()).contains(" 10 %", " 30 %").doesNotContain(" 20 %", "\n");
    assertThat(text().split("\r", -1)).hasSize(3);
    display.update(point(6_000_000, null));
    display.close();
    display.close();
    assertThat(text()).endsWith(System.lineSeparator()).contains("100 %");
    assertThat(text().split("\r", -1)).hasSize(4);
  }

  @Test
  void shouldPrintMessagesAboveTheLine() {
    ProgressDisplay display = terminal(() -> 60);
    display.message("before");
    display.update(point(600_000, null));
    display.message("worker-2 lost: no heartbeat for 2 s");
    assertThat(text()).startsWith("before" + System.lineSeparator() + "\r\u001b[2K");
    String after = text().substring(text().indexOf("\r\u001b[2Kworker-2"));
    assertThat(after)
        .startsWith("\r\u001b[2Kworker-2 lost: no heartbeat for 2 s" + System.lineSeparator())
        .contains("\r\u001b[2K", " 10 %");
  }

  @Test
  void shouldFollowATerminalThatIsMadeNarrower() {
    AtomicInteger columns = new AtomicInteger(120);
    ProgressDisplay display = terminal(columns::get);
    display.update(point(600_000, null));
    columns.set(20);
    nanos.addAndGet(6_000_000_000L);
    bytes.reset();
    display.update(point(700_000, null));
    assertThat(text()).isEqualTo("\r\u001b[2K 12 %  loss 1.9312");
  }

  @Test
  void shouldPrintPlainLinesEveryFiveSecondsAndForEachValidation() {
    ProgressDisplay display = ProgressDisplay.plain(out, 6_000_000, nanos::get);
    display.update(point(100_000, null));
    display.update(point(200_000, null));
    display.update(point(300_000, 2.5));
    nanos.addAndGet(5_000_000_000L);
    display.update(point(400_000, null));
    display.message("checkpoint saved");
    display.update(point(500_000, null));
    display.close();
    display.close();
    assertThat(
            text()
                .lines()
                .map(l -> l.replaceAll(".*tokens (\\d+ k) .*validation (\\S+) .*", "$1 $2")))
        .containsExactly(
            "100 k –", "300 k 2.5000", "400 k 2.5000", "checkpoint saved", "500 k 2.5000");
    assertThat(text()).doesNotContain("\r\u001b", "\u001b");
  }

  @Test
  void shouldForecastFromASmoothedRate() {
    ProgressState state = new ProgressState(6_000_000);
    assertThat(state.next(point(0, null)).etaSeconds()).isBetween(61.0, 62.0);
    Metric.ProgressPoint stalled =
        new Metric.ProgressPoint(1, 0, 0, 1, null, null, 0, 0, 1, Pushes.NONE, Staleness.NONE);
    assertThat(state.next(stalled).etaSeconds()).isBetween(61.0, 62.0);
    assertThat(new ProgressState(6_000_000).next(stalled).etaSeconds()).isNaN();
    assertThat(state.next(point(7_000_000, null)).etaSeconds()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"'50 132\n', 132", "'0 0\n', 80", "'', 80", "'stty: not a tty', 80"})
  void shouldReadTheWidthThatSttyTells(String size, int columns) {
    assertThat(Terminal.columns(size)).isEqualTo(columns);
  }

  private ProgressDisplay terminal(IntSupplier columns) {
    return ProgressDisplay.terminal(out, 6_000_000, columns, nanos::get, false);
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static ProgressView view(long tokens, Double validation) {
    return new ProgressView(point(tokens, null), validation, null, 6_000_000, 34);
  }

  private static Metric.ProgressPoint point(long tokens, Double validation) {
    return new Metric.ProgressPoint(
        27.8,
        tokens,
        1_320,
        1.93124,
        validation,
        null,
        97_100,
        126,
        4,
        new Pushes(123, 3, Map.of("stale", 2L)),
        new Staleness(2.87, 13));
  }
}
