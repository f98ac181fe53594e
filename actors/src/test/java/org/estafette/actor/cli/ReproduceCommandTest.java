package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.estafette.actor.reproduce.Experiments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published experiments from the command line. */
class ReproduceCommandTest {
  @Test
  void aQuickExperimentShouldLeaveTablesCurvesAndAVerdict(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("failure");
    int status =
        Main.commandLine()
            .execute("reproduce", "relay-failure", "--quick", "--out", out.toString());
    assertThat(status).isZero();
    JsonNode verdict = new ObjectMapper().readTree(out.resolve("verdict.json").toFile());
    assertThat(verdict.get("holds").asBoolean()).isTrue();
    assertThat(verdict.get("claims")).hasSizeGreaterThan(3);
    assertThat(verdict.get("how").asText()).contains("relay-failure --quick");
    assertThat(Files.readString(out.resolve("verdict.md"))).contains("All claims hold");
    assertThat(Files.readString(out.resolve("tables.md"))).contains("| repaired |");
    assertThat(Files.readAllLines(out.resolve("failure.csv"))).hasSize(6);
    String page = Files.readString(out.resolve("figures.html"));
    assertThat(page).contains("uPlot", "data-figure=1").doesNotContain("{{", "src=\"http");
  }

  @Test
  void everyExperimentShouldSayWhatItIsAbout() {
    assertThat(Main.commandLine().execute("reproduce", "--list")).isZero();
    assertThat(Experiments.all())
        .allSatisfy(e -> assertThat(e.about()).endsWith("."))
        .extracting(e -> e.name())
        .doesNotHaveDuplicates()
        .contains("relay-quadratics", "relay-cifar");
  }

  @Test
  void anUnknownExperimentAndDataForTheWrongOneShouldBeUsageErrors() {
    int usage = ExitStatus.USAGE.code();
    assertThat(Main.commandLine().execute("reproduce", "relay-quadratic")).isEqualTo(usage);
    assertThat(Main.commandLine().execute("reproduce")).isEqualTo(usage);
    assertThat(Main.commandLine().execute("reproduce", "relay-loss", "--data", "x"))
        .isEqualTo(usage);
    assertThat(Main.commandLine().execute("reproduce", "relay-cifar", "--data", "/nowhere"))
        .isEqualTo(ExitStatus.DATA.code());
  }
}
