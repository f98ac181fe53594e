package org.estafette.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What may know what. The sentences are the rules' names. */
final class Rules {
  private static final String[] PURE = {
    "org.estafette.topology..", "org.estafette.algorithm..", "org.estafette.simulation.."
  };
  private static final String[] NATIVE = {
    "org.estafette.memory..",
    "org.estafette.kernel..",
    "org.estafette.device..",
    "org.estafette.channel.."
  };
  private static final Set<String> CLOCKS =
      Set.of("java.lang.System.nanoTime", "java.lang.System.currentTimeMillis");
  private static final Set<String> TIME_TYPES =
      Set.of(
          "java.time.Clock",
          "java.time.Instant",
          "java.time.LocalDate",
          "java.time.LocalDateTime",
          "java.time.LocalTime",
          "java.time.OffsetDateTime",
          "java.time.ZonedDateTime");

  private Rules() {}

  static Map<String, ArchRule> all() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    rules.put(
        "packages have no cycles",
        slices().matching("org.estafette.(**)").should().beFreeOfCycles());
    rules.put(
        "algorithms know no thread, socket, file or logger",
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                        "java.net..", "java.nio.file..", "java.nio.channels..", "org.slf4j..")
                    .or(resideInAPackage("java.util.logging.."))
                    .or(named("java.lang.Thread", "java.lang.System$Logger", "java.io.File"))
                    .or(named("java.util.concurrent.Executors"))));
    rules.put(
        "algorithms read no clock",
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should(callMethodWhere(describe("reads a clock", Rules::readsClock))));
    rules.put(
        "algorithms draw nothing unseeded",
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should(callMethodWhere(describe("draws unseeded", Rules::drawsUnseeded)))
            .orShould(
                ArchConditions.callConstructorWhere(
                    describe("is an unseeded source", Rules::isUnseeded))));
    rules.put(
        "algorithms and native rooms know nothing of actors",
        noClasses()
            .that(resideInAnyPackage(PURE).or(resideInAnyPackage(NATIVE)))
            .should()
            .dependOnClassesThat(resideInAPackage("org.estafette.actor..")));
    rules.put(
        "native rooms know nothing of algorithms",
        noClasses()
            .that()
            .resideInAnyPackage(NATIVE)
            .should()
            .dependOnClassesThat(resideInAnyPackage(PURE)));
    rules.put(
        "algorithms know nothing of the channel",
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat(resideInAPackage("org.estafette.channel..")));
    rules.put(
        "only actors know Akka",
        onlyIn(resideInAnyPackage("akka.."), "org.estafette.actor..", "org.estafette.bench.."));
    rules.put(
        "only the channel knows Aeron",
        onlyIn(
            resideInAnyPackage("io.aeron.."), "org.estafette.channel..", "org.estafette.bench.."));
    rules.put(
        "only native rooms reach into native libraries",
        noClasses()
            .that(
                resideInAPackage("org.estafette..")
                    .and(not(resideInAnyPackage(NATIVE)))
                    .and(not(resideInAPackage("org.estafette.bench.."))))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("org.bytedeco..", "jdk.incubator.vector..")
                    .or(named("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup"))));
    rules.put(
        "only native rooms know CUDA",
        onlyIn(
            resideInAnyPackage("org.estafette.device.cuda.."),
            "org.estafette.device.cuda..",
            "org.estafette.bench.."));
    rules.put(
        "nothing knows the command line",
        onlyIn(
            resideInAnyPackage("org.estafette.actor.cli.."),
            "org.estafette.actor.cli..",
            "org.estafette.bench.."));
    rules.put(
        "nothing knows the benchmarks",
        onlyIn(resideInAnyPackage("org.estafette.bench.."), "org.estafette.bench.."));
    rules.put(
        "every package says what it is for",
        classes().that().resideInAPackage("org.estafette..").should(new DescribedPackage()));
    return rules;
  }

  private static ArchRule onlyIn(DescribedPredicate<JavaClass> what, String... rooms) {
    return noClasses()
        .that(resideInAPackage("org.estafette..").and(not(resideInAnyPackage(rooms))))
        .should()
        .dependOnClassesThat(what);
  }

  private static DescribedPredicate<JavaClass> named(String... names) {
    Set<String> all = Set.of(names);
    return describe("one of " + all, c -> all.contains(c.getName()));
  }

  private static boolean readsClock(JavaMethodCall call) {
    String owner = call.getTargetOwner().getName();
    return CLOCKS.contains(target(call))
        || (call.getName().equals("now") || owner.equals("java.time.Clock"))
            && TIME_TYPES.contains(owner);
  }

  private static boolean drawsUnseeded(JavaMethodCall call) {
    return target(call).equals("java.lang.Math.random")
        || target(call).equals("java.util.UUID.randomUUID")
        || target(call).equals("java.util.Collections.shuffle")
            && call.getTarget().getRawParameterTypes().size() == 1
        || call.getTargetOwner().getName().equals("java.util.concurrent.ThreadLocalRandom");
  }

  private static boolean isUnseeded(JavaConstructorCall call) {
    String owner = call.getTargetOwner().getName();
    boolean random = owner.equals("java.util.Random") || owner.equals("java.util.SplittableRandom");
    return owner.equals("java.security.SecureRandom")
        || random && call.getTarget().getRawParameterTypes().isEmpty();
  }

  private static String target(JavaAccess<?> call) {
    return call.getTargetOwner().getName() + "." + call.getName();
  }

  /** A package-info of its own, marked for the null checker. */
  private static final class DescribedPackage extends ArchCondition<JavaClass> {
    DescribedPackage() {
      super("be in a package whose package-info.java says what it is for, annotated @NullMarked");
    }

    @Override
    public void check(JavaClass item, ConditionEvents events) {
      boolean described =
          item.getPackage()
              .tryGetPackageInfo()
              .map(i -> i.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
              .orElse(false);
      if (!described) {
        events.add(
            SimpleConditionEvent.violated(
                item,
                item.getName() + ": no @NullMarked package-info in " + item.getPackageName()));
      }
    }
  }
}
