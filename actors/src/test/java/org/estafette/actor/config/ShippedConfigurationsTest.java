package org.estafette.actor.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every configuration in conf/ holds only keys that there are, with values in their ranges. */
final class ShippedConfigurationsTest {
  private static final Path CONF = Path.of(System.getProperty("estafette.root", ".."), "conf");

  private static final Path FAULTS = CONF.resolve("faults");

  @TestFactory
  Stream<DynamicTest> isRead() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(CONF)) {
      files =
          all.filter(f -> f.toString().endsWith(".conf") && !f.startsWith(FAULTS))
              .sorted()
              .toList();
    }
    assertThat(files).isNotEmpty();
    return files.stream()
        .map(f ->
            DynamicTest.dynamicTest(
                CONF.relativize(f).toString(),
                () -> {
                  RunConfig config = ConfigReader.read(f, Map.of());
                  String name = f.getFileName().toString().replace(".conf", "");
                  assertThat(config.name()).isEqualTo(name);
                  assertThat(config.synchronous()).isEqualTo(name.endsWith("-sync"));
                }));
  }

  @TestFactory
  Stream<DynamicTest> isAPlanOfFaults() throws IOException {
    List<Path> plans;
    try (Stream<Path> all = Files.list(FAULTS)) {
      plans = all.sorted().toList();
    }
    assertThat(plans).hasSizeGreaterThan(8);
    return plans.stream()
        .map(f ->
            DynamicTest.dynamicTest(
                f.getFileName().toString(),
                () -> assertThat(FaultPlanReader.read(f, 2).isEmpty()).isFalse()));
  }

  @Test
  void shouldGiveTheToyItsPublishedStepTimes() {
    RunConfig.Workers workers =
        ConfigReader.read(CONF.resolve("sim/mixture.conf"), Map.of()).workers();
    double[] published = {0.58, 0.75, 1.51, 3.33};
    for (int i = 0; i < published.length; i++) {
      assertThat(workers.stepSeconds() / workers.speeds().get(i))
          .isCloseTo(published[i], within(1e-9));
    }
  }

  @Test
  void shouldRefuseAKeyThatThereIsNot(@TempDir Path folder) throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.conf"), "estafette { outer.rat = 1 }");
    assertThatThrownBy(() -> ConfigReader.read(wrong, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.outer.rat")
        .hasMessageContaining("outer.rate");
  }
}
