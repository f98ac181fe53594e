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

/** Exact traces of relay and gossip, computed by independent programs. */
class RelayGossipTracesTest {
  private static Path file() {
    return Path.of("src/test/resources/oracles/relay-and-gossip.json");
  }

  @TestFactory
  Stream<DynamicTest> shouldFollowEveryTrace() throws Exception {
    List<String> unknown = new ArrayList<>();
    List<Check> checks = Conformance.replay(file(), unknown);
    assertThat(unknown).isEmpty();
    // 35 traces in four scenarios each, and those of the other sections.
    assertThat(checks).hasSizeGreaterThanOrEqualTo(160);
    return checks.stream()
        .map(c ->
            DynamicTest.dynamicTest(c.name(), () -> assertThat(c.ok()).as(c.line("")).isTrue()));
  }

  @Test
  void shouldNoticeAChangedNumber(@TempDir Path folder) throws Exception {
    // A half step of the first round, and what two messages of the last one say.
    String text = Files.readString(file());
    Path changed = folder.resolve("changed.json");
    Files.writeString(
        changed, text.replace("-2.093750", "-2.09375000001").replace("3.07861328125", "3.0786132"));
    List<String> failed =
        Conformance.replay(changed, new ArrayList<>()).stream()
            .filter(c -> !c.ok())
            .map(Check::name)
            .toList();
    assertThat(failed).contains("relay_model_hold_lost/fixed_same");
  }
}
