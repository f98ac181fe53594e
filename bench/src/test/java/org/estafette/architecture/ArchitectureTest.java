package org.estafette.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rooms know of each other what they should. */
final class ArchitectureTest {
  private static JavaClasses product;

  @BeforeAll
  static void read() {
    product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.estafette");
  }

  @TestFactory
  Stream<DynamicTest> theProjectKeeps() {
    return Rules.all().entrySet().stream()
        .map(r -> DynamicTest.dynamicTest(r.getKey(), () -> r.getValue().check(product)));
  }

  @Test
  void shouldHaveReadEveryRoom() {
    Set<String> rooms = new TreeSet<>();
    product.forEach(c -> rooms.add(c.getPackageName().split("\\.", 4)[2]));
    assertThat(rooms)
        .contains(
            "topology",
            "memory",
            "kernel",
            "device",
            "channel",
            "algorithm",
            "simulation",
            "actor",
            "bench");
  }

  /** Each rule is broken once on purpose: a rule that cannot fail holds nothing. */
  @TestFactory
  Stream<DynamicTest> ruleIsBrokenByWrongCode() {
    JavaClasses wrong =
        new ClassFileImporter()
            .withImportOption(l -> l.contains("/wrong/"))
            .importPackages("org.estafette");
    return Rules.all().entrySet().stream()
        .map(r ->
            DynamicTest.dynamicTest(
                "not so: " + r.getKey(),
                () -> assertThat(broken(r.getValue(), wrong)).isNotEmpty()));
  }

  /** One line of wrong code each: which of them the rules let through. */
  @Test
  void shouldRefuseEveryWayToTimeIoAndChance() {
    JavaClasses wrong =
        new ClassFileImporter()
            .withImportOption(l -> l.contains("/algorithm/wrong/"))
            .importPackages("org.estafette.algorithm.wrong");
    Set<String> refused = new TreeSet<>();
    Rules.all()
        .forEach((name, rule) -> {
          if (name.startsWith("algorithms ")) {
            broken(rule, wrong)
                .forEach(d -> refused.add(d.replaceAll("(?s).*?Impure\\.([a-zA-Z]+)\\(.*", "$1")));
          }
        });
    assertThat(refused)
        .contains(
            "clock",
            "wallClock",
            "instant",
            "thread",
            "socket",
            "path",
            "file",
            "logger",
            "random",
            "mathRandom",
            "threadRandom",
            "uuid");
  }

  private static Set<String> broken(ArchRule rule, JavaClasses classes) {
    return new TreeSet<>(
        rule.allowEmptyShould(true).evaluate(classes).getFailureReport().getDetails());
  }
}
