package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.SimulatedRun;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docs/examples shows is compiled by `estafette compile`, and learns something. */
final class ExamplesTest {
  private static final Path EXAMPLES = OwnClasses.ROOT.resolve("docs/examples");
  @TempDir static Path dir;
  private static Path classes = Path.of("");

  @BeforeAll
  static void compile() throws Exception {
    classes = dir.resolve("my");
    OwnClasses.Result r =
        OwnClasses.call(dir, "compile", EXAMPLES.toString(), "--to", classes.toString());
    assertThat(r.status()).as(r.err()).isZero();
  }

  private static JsonNode run(String command, String name, String... more) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                command,
                EXAMPLES.resolve(name).resolve(name + ".conf").toString(),
                "--json",
                "--plain",
                "--out",
                dir.resolve(name + "-" + command).toString(),
                "--set",
                "channel.term=512KiB",
                "--set",
                "akka.loglevel=WARNING"));
    all.addAll(List.of(more));
    OwnClasses.Result r = OwnClasses.call(classes, all.toArray(String[]::new));
    assertThat(r.status()).as("%s %s: %s", command, name, r.err()).isZero();
    return new ObjectMapper().readTree(r.out());
  }

  private static double[] validations(String folder) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(dir.resolve(folder).resolve("metrics.jsonl"))) {
      JsonNode loss = mapper.readTree(line).path("validation_loss");
      if (loss.isNumber()) {
        losses.add(loss.asDouble());
      }
    }
    return losses.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void everyExampleShouldHaveAPageAConfigurationAndATest() throws Exception {
    String page = Files.readString(OwnClasses.ROOT.resolve("docs/bring-your-own.md"));
    String here =
        Files.readString(
            OwnClasses.ROOT.resolve(
                "actors/src/test/java/org/estafette/actor/cli/ExamplesTest.java"));
    try (Stream<Path> all = Files.list(EXAMPLES)) {
      List<String> names = all.map(p -> p.getFileName().toString()).toList();
      assertThat(names).hasSizeGreaterThanOrEqualTo(6);
      for (String name : names) {
        assertThat(EXAMPLES.resolve(name).resolve(name + ".conf")).exists();
        assertThat(page).contains("examples/" + name + "/");
        assertThat(here).contains("\"" + name);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"lion, 64000, 0.9", "newest, 128000, 0.9", "elastic, 128000, 0.9"})
  void shouldLearnInVirtualTime(String name, String tokens, double share) throws Exception {
    JsonNode summary = run("simulate", name, "--tokens", tokens);
    double[] losses = validations(name + "-simulate");
    assertThat(losses).hasSizeGreaterThan(2);
    assertThat(losses[losses.length - 1]).isLessThan(share * losses[0]);
    assertThat(summary.get("tokens").asLong()).isGreaterThanOrEqualTo(Long.parseLong(tokens));
  }

  @Test
  void elasticAveragingShouldRunInAClusterAndKeepItsAlpha() throws Exception {
    JsonNode summary =
        run(
            "train",
            "elastic",
            "--tokens",
            "64000",
            "--workers",
            "2",
            "--set",
            "workers.speeds=[]");
    assertThat(summary.get("strategy").asText()).startsWith("ElasticAveraging sgd");
    assertThat(summary.get("gain").asDouble()).isEqualTo(2 * 0.225);
    assertThat(validations("elastic-train")).isNotEmpty().doesNotContain(Double.NaN);
  }

  @Test
  void elasticAveragingShouldGoOnBitForBitInVirtualTime() throws Exception {
    double whole = OwnClasses.with(classes, () -> elastic(false));
    double resumed = OwnClasses.with(classes, () -> elastic(true));
    assertThat(resumed).isEqualTo(whole);
  }

  /** Σx² at the end of a run, interrupted and taken up again or not. */
  private static double elastic(boolean interrupted) throws Exception {
    String[] settings = {
      "strategy", "org.example.ElasticAveraging",
      "outer.rule", "sgd",
      "outer.rate", "0.3",
      "outer.weight", "1",
      "workers.speeds", "[1, 0.4]",
      "tokens", "3200"
    };
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), settings)) {
      RunCheckpoints checkpoints = new RunCheckpoints(dir.resolve("el"), 2, "tiny", workshop);
      if (interrupted) {
        try (SimulatedRun run = new SimulatedRun(workshop, new RunMonitor(3200, m -> {}))) {
          run.start();
          run.run(() -> run.server().version() >= 7, at -> {});
          run.runToRest();
          assertThat(run.server().finished()).isFalse();
          checkpoints.write(run.state());
        }
      }
      try (SimulatedRun run = new SimulatedRun(workshop, new RunMonitor(3200, m -> {}))) {
        if (interrupted) {
          run.restore(
              checkpoints.readSimulation(
                  Objects.requireNonNull(checkpoints.latest().checkpoint()), run::lease));
        } else {
          run.start();
        }
        run.run(() -> false, at -> {});
        assertThat(run.server().finished()).isTrue();
        return run.server().parameters().squaredNorm();
      }
    }
  }

  @Test
  void lionShouldSurviveAResumedRun() throws Exception {
    String out = dir.resolve("lion-train").toString();
    run("train", "lion", "--tokens", "32000", "--workers", "2", "--set", "workers.speeds=[]");
    OwnClasses.Result more =
        OwnClasses.call(
            classes, "train", "--resume", "--out", out, "--tokens", "64000", "--plain", "--json");
    assertThat(more.status()).as(more.err()).isZero();
    assertThat(new ObjectMapper().readTree(more.out()).get("tokens").asLong())
        .isGreaterThanOrEqualTo(64000);
  }

  @Test
  void bigramShouldLearnAText() throws Exception {
    JsonNode summary =
        run("train", "bigram", "--data", TinyRuns.text(dir).toString(), "--tokens", "400000");
    assertThat(summary.get("final_loss").asDouble()).isLessThan(4); // ln 256 = 5.5
  }

  @Test
  void csvShouldBeLearnt() throws Exception {
    JsonNode summary =
        run(
            "train",
            "csv",
            "--data",
            EXAMPLES.resolve("csv/moons.csv").toString(),
            "--tokens",
            "60000");
    assertThat(summary.get("validation_accuracy").asDouble()).isGreaterThan(0.9);
  }

  @Test
  void mixerShouldLearnTextures() throws Exception {
    run("train", "mixer", "--tokens", "12800", "--set", "evaluation.every=0.25");
    double[] losses = validations("mixer-train");
    assertThat(losses[losses.length - 1]).isLessThan(0.95 * Math.log(4));
  }
}
