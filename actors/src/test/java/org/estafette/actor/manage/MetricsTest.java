package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.actor.live.RunState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Metrics in the Prometheus format, and the page that lists them. */
final class MetricsTest {
  private static FakeRun withServer;
  private static FakeNode node;

  @BeforeAll
  static void start() {
    withServer = new FakeRun();
    node = FakeNode.withRun(withServer, false);
  }

  @AfterAll
  static void end() {
    node.close();
  }

  @Test
  void shouldTellTheRunsFigures() throws Exception {
    Map<String, Double> samples = samples(node);
    assertThat(samples)
        .containsEntry("estafette_tokens_total", 7680.0)
        .containsEntry("estafette_workers_live", 2.0)
        .containsEntry("estafette_pushes_total{outcome=\"refused\",reason=\"too-stale\"}", 1.0)
        .containsEntry("estafette_pushes_total{outcome=\"merged\",reason=\"\"}", 1.0)
        .containsEntry(
            "estafette_worker_pushes_total{outcome=\"accepted\",worker=\"worker-1\"}", 1.0)
        .containsEntry("estafette_worker_restarts_total{worker=\"worker-1\"}", 2.0)
        .containsEntry("estafette_worker_outlier{worker=\"worker-0\"}", 0.0)
        .containsEntry("estafette_worker_outlier{worker=\"worker-1\"}", 1.0)
        .containsEntry("estafette_worker_quarantined{worker=\"worker-1\"}", 0.0)
        .containsEntry("estafette_worker_silence_seconds{worker=\"worker-0\"}", 9.5)
        .containsEntry("estafette_checkpoint_age_seconds", 8.5)
        .containsEntry("estafette_checkpoints_total{outcome=\"written\"}", 1.0)
        .containsEntry("estafette_channel_bytes_total{direction=\"received\"}", 600.0)
        .containsEntry("estafette_vectors_on_loan", 3.0);
  }

  @Test
  void shouldCountAppliedPushesByStalenessAndAllByDuration() throws Exception {
    Map<String, Double> samples = samples(node);
    assertThat(samples)
        .containsEntry("estafette_push_staleness_bucket{le=\"1.0\"}", 0.0)
        .containsEntry("estafette_push_staleness_bucket{le=\"2.0\"}", 1.0)
        .containsEntry("estafette_push_staleness_bucket{le=\"4.0\"}", 2.0)
        .containsEntry("estafette_push_staleness_count", 2.0)
        .containsEntry("estafette_round_seconds_count", 3.0)
        .containsEntry("estafette_round_seconds_bucket{le=\"1.0\"}", 0.0)
        .containsEntry("estafette_round_seconds_bucket{le=\"3.0\"}", 3.0);
  }

  @Test
  void shouldFollowTheRunsState() throws Exception {
    assertThat(samples(node)).containsEntry("estafette_run_state{state=\"training\"}", 1.0);
    withServer.state = RunState.PAUSED;
    assertThat(samples(node))
        .containsEntry("estafette_run_state{state=\"training\"}", 0.0)
        .containsEntry("estafette_run_state{state=\"paused\"}", 1.0);
    withServer.state = RunState.TRAINING;
  }

  /** Both ways: nothing undocumented is served, nothing documented is missing. */
  @Test
  void shouldServeWhatThePageLists() throws Exception {
    FakeRun withoutServer = new FakeRun();
    withoutServer.withServer = false;
    withoutServer.fault();
    Set<String> served = new TreeSet<>();
    try (FakeNode gossip = FakeNode.withRun(withoutServer, false)) {
      served.addAll(families(gossip.get("/metrics").body()));
    }
    Set<String> documented = new TreeSet<>();
    Matcher m =
        Pattern.compile("(?m)^\\| `(estafette_[a-z_]+)` \\| (gauge|counter|histogram) \\|")
            .matcher(Files.readString(Path.of("../docs/metrics.md")));
    while (m.find()) {
      documented.add(m.group(1) + " " + m.group(2));
    }
    assertThat(documented).hasSizeGreaterThan(40);
    assertThat(served).isEqualTo(documented);
  }

  @Test
  void shouldListTheFiguresOfTheJavaMachineThatItServes() throws Exception {
    String page = Files.readString(Path.of("../docs/metrics.md"));
    String section = page.substring(page.indexOf("## Java"));
    Matcher m = Pattern.compile("`((jvm|process|system)_[a-z_]+)`").matcher(section);
    String served = node.get("/metrics").body();
    int found = 0;
    while (m.find()) {
      // Collections may not have happened yet.
      if (!m.group(1).startsWith("jvm_gc_")) {
        assertThat(served).contains("\n" + m.group(1));
        found++;
      }
    }
    assertThat(found).isGreaterThan(8);
  }

  @Test
  void shouldSpeakTheFormatThatIsAskedFor() throws Exception {
    assertThat(node.get("/metrics").headers().firstValue("Content-Type"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("text/plain; version=0.0.4"));
    HttpResponse<String> open =
        node.send(
            node.request("/metrics")
                .header("Accept", "application/openmetrics-text; version=1.0.0"));
    assertThat(open.headers().firstValue("Content-Type"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("application/openmetrics-text"));
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @Test
  void shouldPassPrometheussOwnChecker() throws Exception {
    Path promtool = Path.of("/usr/bin/promtool");
    assumeThat(promtool).as("promtool of the package prometheus").isExecutable();
    Process check =
        new ProcessBuilder(promtool.toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    try (var in = check.getOutputStream()) {
      in.write(node.get("/metrics").body().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).isEmpty();
    assertThat(check.waitFor()).isZero();
  }

  private static Set<String> families(String text) {
    Set<String> found = new TreeSet<>();
    Matcher m = Pattern.compile("(?m)^# TYPE (estafette_[a-z_]+) ([a-z]+)$").matcher(text);
    while (m.find()) {
      // Micrometer's running maximum beside each histogram.
      if (!m.group(1).endsWith("_staleness_max") && !m.group(1).endsWith("_round_seconds_max")) {
        found.add(m.group(1) + " " + m.group(2));
      }
      if (m.group(1).equals("estafette_staleness_max")) {
        found.add(m.group(1) + " " + m.group(2));
      }
    }
    return found;
  }

  private static Map<String, Double> samples(FakeNode node) throws Exception {
    Map<String, Double> samples = new TreeMap<>();
    for (String line : node.get("/metrics").body().split("\n")) {
      if (!line.startsWith("#")) {
        int at = line.lastIndexOf(' ');
        samples.put(
            line.substring(0, at),
            Double.valueOf(line.substring(at + 1).replace("+Inf", "Infinity")));
      }
    }
    return samples;
  }
}
