package org.estafette.actor.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
  private static final RunRecord RUN = SampleRun.of("run-a", 42, 3_000_000, 1.6, 4);

  @TempDir Path folder;

  @Test
  void shouldWriteAPageThatNeedsNothingElse() throws IOException {
    RunFolder run = RunFolder.createAt(folder.resolve("run"));
    run.writeConfig(RUN.config());
    run.writeSummary(RUN.summary());
    try (MetricsLog log = MetricsLog.open(run.metrics())) {
      RUN.metrics().forEach(log::append);
    }
    Report.write(run);
    String page = Files.readString(run.report());
    assertThat(page).startsWith("<!doctype html>").doesNotContain("{{");
    assertThat(page).doesNotContainPattern("(src|href)=[\"']?(https?:|//)");
    assertThat(page).doesNotContainPattern("@import|url\\(['\"]?http");
    assertThat(page).contains("default-src 'none'", "prefers-color-scheme: dark");
    assertThat(page).contains("The MIT License", "Leon Sorokin");
  }

  @Test
  void shouldShowResultsConfigurationAndReasons() {
    String page = Report.html(List.of(RUN));
    assertThat(page).contains("async-delayed-nesterov", "not finite", "staleness 11 &gt; limit 10");
    assertThat(page).contains("<code>estafette.outer.momentum</code>", "<code>0.9</code>");
    assertThat(page).contains("no heartbeat for 2 s (kill -9)", "worker-4");
    for (String chart : List.of("loss-tokens", "loss-seconds", "rate", "staleness", "timeline")) {
      assertThat(page).contains("data-chart=" + chart + ">");
    }
  }

  @Test
  void shouldShowEachFaultWithWhatItDidAndMarkItOnTheTimeline() {
    List<Metric> lines = new ArrayList<>(RUN.metrics());
    lines.add(new Metric.FaultRecord(3, 1, "lose", null, "began", "20 % <lost> for 5 s", 0));
    lines.add(new Metric.FaultRecord(4, 2, "kill", "worker-1", "began", "worker-1 is killed", 0));
    lines.add(
        new Metric.FaultRecord(
            4.5, 3, "fill-shm", null, "not-carried-out", "fill-shm is not carried out here", 0));
    lines.add(new Metric.FaultRecord(8, 1, "lose", null, "ended", "over: 7 messages lost", 7));
    String page = Report.html(List.of(new RunRecord("f", RUN.config(), RUN.summary(), lines)));
    assertThat(page)
        .contains("<h2>Faults</h2>", "20 % &lt;lost&gt; for 5 s", "over: 7 messages lost")
        .contains("not over when the run ended", "not carried out")
        .contains("[-1,3.0,\"fault\",")
        .containsPattern("\\[\\d+,4.0,\"fault\",\"worker-1 is killed\"]");
    assertThat(Report.html(List.of(RUN))).doesNotContain("<h2>Faults</h2>");
  }

  @Test
  void shouldShowTheConsensusDistanceOfARunWithoutAServer() throws IOException {
    Exchanges exchanges = new Exchanges(40, 2, 1, 3, 1, 0.125);
    Metric.ProgressPoint point =
        new Metric.ProgressPoint(
            10,
            1000,
            50,
            2.5,
            2.6,
            null,
            100,
            20,
            4,
            new Pushes(20, 0, Map.of("old_epoch", 3L)),
            Staleness.NONE,
            exchanges);
    Metric.PushRecord round =
        new Metric.PushRecord(
            9,
            "worker-1",
            5,
            1.5,
            20,
            640,
            2.5,
            0,
            1,
            Metric.Outcome.ACCEPTED,
            null,
            new Metric.Mix(2, 1, 4, 0.1));
    Path log = folder.resolve("metrics.jsonl");
    try (MetricsLog metrics = MetricsLog.open(log)) {
      metrics.append(point);
      metrics.append(round);
    }
    assertThat(MetricsLog.read(log)).containsExactly(point, round);
    String page = Report.html(List.of(new RunRecord("relay", "", null, List.of(point, round))));
    assertThat(page)
        .contains("data-chart=consensus>", "Consensus distance", "0.125", "graph epoch 3")
        .doesNotContain("data-chart=staleness>", "Gain G");
    assertThat(data(page).at("/runs/0/consensus").toString()).isEqualTo("[0.125]");
  }

  @Test
  void shouldHandTheScriptAllPushesAndPoints() throws IOException {
    JsonNode data = data(Report.html(List.of(RUN)));
    assertThat(data.at("/pushes").size()).isEqualTo((int) RUN.pushes().count());
    assertThat(data.at("/workers").toString())
        .isEqualTo("[\"worker-1\",\"worker-2\",\"worker-3\",\"worker-4\"]");
    JsonNode curves = data.at("/runs/0");
    int points = (int) RUN.progress().count();
    for (String column : List.of("tokens", "seconds", "train", "validation", "rate")) {
      assertThat(curves.get(column).size()).as(column).isEqualTo(points);
    }
    long counted = 0;
    for (JsonNode bin : data.at("/staleness")) {
      counted += bin.get("count").asLong();
    }
    assertThat(counted)
        .isEqualTo(RUN.summary().pushes().accepted() + RUN.summary().pushes().merged());
  }

  @Test
  void shouldThinOutLongCurvesWithoutLosingTheirEndOrMeans() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      metrics.add(
          new Metric.ProgressPoint(
              i,
              i * 10L,
              i,
              i % 2,
              i == 7 ? 3.5 : null,
              null,
              10,
              i,
              1,
              Pushes.NONE,
              Staleness.NONE));
    }
    JsonNode curves =
        data(Report.html(List.of(new RunRecord("long", "", null, metrics)))).at("/runs/0");
    int points = curves.get("tokens").size();
    assertThat(points).isBetween(1_000, 1_500);
    assertThat(curves.get("tokens").get(points - 1).asLong()).isEqualTo(100_000);
    assertThat(curves.get("train").get(5).asDouble()).isBetween(0.4, 0.6);
    assertThat(curves.get("validation").toString()).contains("3.5");
  }

  @Test
  void shouldDropWhatAResumedRunDidAgain() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    for (long tokens : new long[] {10, 20, 30, 40, 25, 35}) {
      metrics.add(
          new Metric.ProgressPoint(
              tokens, tokens, 1, tokens, null, null, 1, 1, 1, Pushes.NONE, Staleness.NONE));
    }
    JsonNode data = data(Report.html(List.of(new RunRecord("resumed", "", null, metrics))));
    assertThat(data.at("/runs/0/tokens").toString()).isEqualTo("[10,20,25,35]");
  }

  @Test
  void shouldKeepThePageSmallForManyPushesAndWorkers() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      metrics.add(
          new Metric.PushRecord(
              i, "w" + i % 100, i, 1, 1, 1, 1, i % 500, 1, Metric.Outcome.ACCEPTED, null));
    }
    String page = Report.html(List.of(new RunRecord("wide", "", null, metrics)));
    JsonNode data = data(page);
    assertThat(data.at("/workers").size()).isEqualTo(ReportData.MOST_LANES);
    assertThat(data.at("/pushes").size()).isLessThanOrEqualTo(ReportData.MOST_BARS);
    assertThat(data.at("/staleness").size()).isLessThanOrEqualTo(40);
    assertThat(page).contains("64 of 100 workers");
    assertThat(page.length()).isLessThan(2_000_000);
  }

  @Test
  void shouldLaySeveralRunsOverEachOther() throws IOException {
    RunRecord other = SampleRun.of("run-b", 43, 1_000_000, 1.7, 4);
    String page = Report.html(List.of(RUN, other, RUN));
    JsonNode data = data(page);
    assertThat(data.at("/runs").size()).isEqualTo(3);
    assertThat(data.at("/runs/2/name").asText()).isEqualTo("run-a (2)");
    assertThat(page).contains("3 runs compared", "data-chart=loss-tokens>");
    assertThat(page).doesNotContain("data-chart=timeline>");
    // Of the configuration, only what differs.
    assertThat(page).contains("<code>estafette.seed</code>", "<code>43</code>");
    assertThat(page).doesNotContain("estafette.outer.momentum");
  }

  @Test
  void shouldShowTheLastEventsWhereThereAreTooMany() {
    List<Metric> many = new ArrayList<>(RUN.metrics());
    for (int i = 0; i < 250; i++) {
      many.add(new Metric.WorkerEvent(100 + i, "worker-x", Metric.Kind.LOST, "loss no. " + i));
    }
    String page = Report.html(List.of(new RunRecord("many", RUN.config(), null, many)));
    assertThat(page).contains("The last 200; ", "loss no. 249<", "loss no. 50<");
    assertThat(page).doesNotContain("loss no. 49<");
  }

  @Test
  void shouldSayThatARunHasNotEnded() {
    List<Metric> some = RUN.metrics().subList(0, 60);
    String page = Report.html(List.of(new RunRecord("running", RUN.config(), null, some)));
    assertThat(page).contains("not ended", "there is no summary yet");
    assertThat(Report.html(List.of(new RunRecord("empty", "x = {", null, List.of()))))
        .contains("none recorded", "x = {")
        .doesNotContain("data-chart=loss-tokens>");
  }

  @Test
  void shouldEscapeWhateverNamesAndReasonsContain() throws IOException {
    String evil = "</script><script>alert(1)</script><!--{{data}}$1\\";
    List<Metric> metrics =
        List.of(
            new Metric.WorkerEvent(1, evil, Metric.Kind.LOST, evil),
            new Metric.PushRecord(
                1, evil, 1, 1, 1, 1, Double.NaN, 1, 0, Metric.Outcome.REFUSED, evil));
    String page = Report.html(List.of(new RunRecord(evil, "a = \"" + "<b>" + "\"", null, metrics)));
    assertThat(page).doesNotContain("<script>alert", "<b>");
    assertThat(data(page).at("/workers/0").asText()).isEqualTo(evil);
    assertThat(Pattern.compile("</script>").matcher(page).results().count()).isEqualTo(3);
  }

  @Test
  void shouldShowWhatWasDoneToTheRun() {
    List<Metric> metrics =
        List.of(
            new Metric.RunEvent(1, Metric.RunKind.PAUSED, "paused by <ada>"),
            new Metric.RunEvent(2, Metric.RunKind.CHECKPOINT, "version 7 is saved"),
            new Metric.RunEvent(3, Metric.RunKind.CHECKPOINT_FAILED, "no space left"),
            new Metric.WorkerEvent(
                4, "worker-3", Metric.Kind.LOST, "its node cannot be reached", 2, 17));
    String page = Report.html(List.of(new RunRecord("run", "", null, metrics)));
    assertThat(page)
        .contains("the run", "paused by &lt;ada&gt;", "checkpoint-failed", "no space left")
        .contains("its node cannot be reached")
        .doesNotContain("version 7 is saved");
  }

  @Test
  void shouldRefuseToCompareNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Report.html(List.of()))
        .withMessage("runs=0 (expected at least one)");
  }

  @Test
  void shouldKeepALedgerOfWhatEachWorkerDid() {
    Map<String, WorkerTally> tallies = WorkerTally.of(RUN);
    List<List<String>> rows = WorkerTally.rows(tallies);
    assertThat(rows).hasSize(4);
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(WorkerTally.heads().size()));
    assertThat(rows.getFirst().getFirst()).isEqualTo("worker-1");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "950, 950",
    "12300, '12,300'",
    "99999, '99,999'",
    "100000, 100 k",
    "999600, 1.00 M",
    "6000000, 6.00 M",
    "12345678, 12.3 M",
    "2.5e9, 2.50 G",
    "-200000, -200 k",
    "NaN, –",
  })
  void shouldWriteCountsForPeople(double value, String text) {
    assertThat(Numbers.count(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.42, 0.42 s",
    "8.44, 8.4 s",
    "59.96, 1 min 00 s",
    "200, 3 min 20 s",
    "3720, 1 h 02 min",
    "200000, 2 d 7 h",
    "NaN, –",
  })
  void shouldWriteDurationsForPeople(double value, String text) {
    assertThat(Numbers.duration(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"w2, w10, -1", "w10, w2, 1", "w2, w2, 0", "a, b, -1", "w, w1, -1", "w007, w8, -1"})
  void shouldOrderNamesNaturally(String a, String b, int order) {
    assertThat(Integer.signum(NaturalOrder.INSTANCE.compare(a, b))).isEqualTo(order);
  }

  private static JsonNode data(String page) throws IOException {
    Matcher matcher =
        Pattern.compile("<script type=\"application/json\" id=\"data\">(.*)</script>")
            .matcher(page);
    assertThat(matcher.find()).isTrue();
    return new ObjectMapper().readTree(matcher.group(1));
  }
}
