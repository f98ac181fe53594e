package org.estafette.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Exact traces of asynchronous Local-SGD, computed by independent programs. */
class TracesTest {
  private static Path file() {
    return Path.of("src/test/resources/oracles/async-local-sgd.json");
  }

  @TestFactory
  Stream<DynamicTest> shouldFollowEveryTrace() throws Exception {
    List<String> unknown = new ArrayList<>();
    List<Check> checks = Conformance.replay(file(), unknown);
    assertThat(unknown).isEmpty();
    assertThat(checks).hasSizeGreaterThan(50);
    return checks.stream()
        .map(c ->
            DynamicTest.dynamicTest(c.name(), () -> assertThat(c.ok()).as(c.line("")).isTrue()));
  }

  @TestFactory
  Stream<DynamicTest> shouldMeasureEveryGraphAsStated() throws Exception {
    List<String> unknown = new ArrayList<>();
    List<Check> checks =
        Conformance.replay(Path.of("src/test/resources/oracles/topologies.json"), unknown);
    assertThat(unknown).isEmpty();
    assertThat(checks).hasSize(69);
    return checks.stream()
        .map(c ->
            DynamicTest.dynamicTest(c.name(), () -> assertThat(c.ok()).as(c.line("")).isTrue()));
  }

  @Test
  void shouldNoticeAChangedGraph(@TempDir Path folder) throws Exception {
    String text =
        java.nio.file.Files.readString(Path.of("src/test/resources/oracles/topologies.json"));
    Path changed = folder.resolve("changed.json");
    java.nio.file.Files.writeString(
        changed,
        text.replace("\"diameter\":7", "\"diameter\":6").replace("-0.2034016256", "-0.2034116256"));
    List<String> failed =
        Conformance.replay(changed, new ArrayList<>()).stream()
            .filter(c -> !c.ok())
            .map(Check::name)
            .toList();
    assertThat(failed)
        .contains("chain_8", "binary_tree_8", "three_tree_8")
        .doesNotContain("star_8");
  }

  @Test
  void shouldNoticeAChangedNumber(@TempDir Path folder) throws Exception {
    String text = java.nio.file.Files.readString(file());
    Path changed = folder.resolve("changed.json");
    java.nio.file.Files.writeString(
        changed, text.replace("0.883625", "0.883626").replace("66.6", "66.7"));
    List<String> failed =
        Conformance.replay(changed, new ArrayList<>()).stream()
            .filter(c -> !c.ok())
            .map(Check::name)
            .toList();
    assertThat(failed).contains("dn_N4_c0", "delayed_sgd_N4_nesterov", "schedule[0]");
  }
}
