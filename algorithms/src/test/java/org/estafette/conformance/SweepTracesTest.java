package org.estafette.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What every algorithm reaches on the random quadratics, as an independent program found it. */
class SweepTracesTest {
  private static final Path FOLDER = Path.of("src/test/resources/oracles");

  @TestFactory
  Stream<DynamicTest> shouldFollowEveryRow() throws Exception {
    List<String> unknown = new ArrayList<>();
    List<Check> checks =
        new ArrayList<>(Conformance.replay(FOLDER.resolve("quadratics-tasks.json"), unknown));
    checks.addAll(Conformance.replay(FOLDER.resolve("quadratics-reference-n8.json"), unknown));
    assertThat(unknown).isEmpty();
    assertThat(checks).hasSizeGreaterThan(25);
    return checks.stream()
        .map(c ->
            DynamicTest.dynamicTest(c.name(), () -> assertThat(c.ok()).as(c.line("")).isTrue()));
  }

  @Test
  void shouldNoticeAChangedErrorAndAChangedCountOfSteps(@TempDir Path folder) throws Exception {
    Files.copy(FOLDER.resolve("quadratics-tasks.json"), folder.resolve("tasks.json"));
    String text = Files.readString(FOLDER.resolve("quadratics-reference-n8.json"));
    Path changed = folder.resolve("changed.json");
    // RelaySGD on the chain at rate 0.02, round 50; and its steps to 1e-6.
    Files.writeString(
        changed,
        text.replace("0.386134960884", "0.386136960884")
            .replace("\"steps\":14,\"lr\":2.0", "\"steps\":15,\"lr\":2.0"));
    List<String> failed =
        Conformance.replay(changed, new ArrayList<>()).stream()
            .filter(c -> !c.ok())
            .map(Check::name)
            .toList();
    assertThat(failed)
        .containsExactlyInAnyOrder(
            "relay_model chain n=8 z=0 fixed rates", "relay_model chain n=8 z=0 tuned");
  }
}
