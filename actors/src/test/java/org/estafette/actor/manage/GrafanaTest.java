package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alerts of {@code conf/grafana} ask for what there is. */
final class GrafanaTest {
  private static final Path ROOT = root();
  private static final Path CONF = ROOT.resolve("conf/grafana");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:estafette|jvm|process|system)_[a-z0-9_]+");

  @TempDir Path folder;

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("conf/grafana")) ? here : here.resolve("..").normalize();
  }

  @Test
  void shouldAskForDocumentedMetricsOnly() throws IOException {
    Set<String> documented = documented();
    assertThat(documented).contains("estafette_tokens_total", "jvm_memory_used_bytes");
    List<String> expressions = new ArrayList<>(queries());
    expressions.addAll(alerts());
    assertThat(expressions).hasSizeGreaterThan(40);
    Set<String> unknown = new TreeSet<>();
    for (String expression : expressions) {
      Matcher metric = METRIC.matcher(expression);
      while (metric.find()) {
        if (!documented.contains(metric.group().replaceFirst("_(bucket|sum|count)$", ""))
            && !documented.contains(metric.group())) {
          unknown.add(metric.group());
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void shouldPlacePanelsBesideEachOtherWithNamesAndExplanations() throws IOException {
    JsonNode dashboard = dashboard();
    assertThat(dashboard.path("title").asText()).isEqualTo("Estafette");
    Set<Integer> ids = new HashSet<>();
    Set<String> taken = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      String title = panel.path("title").asText();
      assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.path("description").asText()).as(title).isNotBlank();
        assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
        assertThat(panel.path("targets")).as(title).isNotEmpty();
      }
      JsonNode at = panel.path("gridPos");
      assertThat(at.path("x").asInt() + at.path("w").asInt()).as(title).isLessThanOrEqualTo(24);
      for (int x = 0; x < at.path("w").asInt(); x++) {
        for (int y = 0; y < at.path("h").asInt(); y++) {
          String cell = (at.path("x").asInt() + x) + "," + (at.path("y").asInt() + y);
          assertThat(taken.add(cell)).as(title + " at " + cell).isTrue();
        }
      }
    }
  }

  @Test
  void shouldSayInEveryAlertWhatItIsAndWhatToDo() throws IOException {
    for (JsonNode rule : rules()) {
      String name = rule.path("alert").asText();
      assertThat(name).startsWith("Estafette");
      assertThat(rule.at("/labels/severity").asText()).as(name).isIn("warning", "critical");
      assertThat(rule.at("/annotations/summary").asText()).as(name).isNotBlank();
      assertThat(rule.at("/annotations/description").asText()).as(name).isNotBlank();
    }
  }

  @Test
  void shouldPassPromtoolsChecks() throws Exception {
    assertThat(promtool("check", "rules", CONF.resolve("estafette-alerts.yml").toString()))
        .contains("SUCCESS");
    assertThat(promtool("test", "rules", CONF.resolve("estafette-alerts-test.yml").toString()))
        .contains("SUCCESS");
  }

  /** As rules, for promtool reads those; Grafana's variables become what they stand for. */
  @Test
  void shouldHaveQueriesThatPrometheusReads() throws Exception {
    StringBuilder rules = new StringBuilder("groups:\n  - name: panels\n    rules:\n");
    int number = 0;
    for (String query : queries()) {
      String concrete =
          query.replaceAll("\\$__(rate_)?interval", "1m").replaceAll("\\$(job|instance)", ".*");
      rules.append("      - record: panel:").append(number++).append("\n        expr: '");
      rules.append(concrete.replace("'", "''")).append("'\n");
    }
    Path file = folder.resolve("panels.yml");
    Files.writeString(file, rules);
    assertThat(promtool("check", "rules", "--lint=none", file.toString()))
        .contains("SUCCESS: " + number + " rules found");
  }

  private static String promtool(String... arguments) throws Exception {
    Path promtool = Path.of("/usr/bin/promtool");
    assumeThat(promtool)
        .as("promtool (Debian: apt-get install prometheus)")
        .matches(Files::isExecutable);
    List<String> command = new ArrayList<>(List.of(promtool.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static Set<String> documented() throws IOException {
    Set<String> names = new HashSet<>();
    Matcher quoted =
        Pattern.compile("`([a-z0-9_]+)`")
            .matcher(Files.readString(ROOT.resolve("docs/metrics.md")));
    while (quoted.find()) {
      names.add(quoted.group(1));
    }
    return names;
  }

  private static JsonNode dashboard() throws IOException {
    return new ObjectMapper().readTree(CONF.resolve("estafette-dashboard.json").toFile());
  }

  private static List<String> queries() throws IOException {
    JsonNode dashboard = dashboard();
    List<String> queries = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      queries.addAll(panel.path("targets").findValuesAsText("expr"));
    }
    queries.addAll(dashboard.path("annotations").findValuesAsText("expr"));
    return queries;
  }

  private static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    new YAMLMapper()
        .readTree(CONF.resolve("estafette-alerts.yml").toFile())
        .at("/groups/0/rules")
        .forEach(rules::add);
    assertThat(rules).isNotEmpty();
    return rules;
  }

  private static List<String> alerts() throws IOException {
    return rules().stream().map(r -> r.path("expr").asText()).toList();
  }
}
