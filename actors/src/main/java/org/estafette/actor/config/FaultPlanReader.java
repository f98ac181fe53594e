package org.estafette.actor.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultKind;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.RandomMix;

/**
 * Reads fault plans: HOCON with a section {@code faults { seed, list, random }}. Each fault of the
 * list has what brings it, {@code at} (seconds) or {@code at-version}; {@code random} draws others
 * by the seed.
 */
public final class FaultPlanReader {
  private static final Set<String> TRIGGERS = Set.of("at", "at-version");
  private static final Set<String> PLAN = Set.of("seed", "list", "random");
  private static final Set<String> RANDOM =
      Set.of("from", "for", "mean-between", "least", "most", "server", "kinds");

  private FaultPlanReader() {}

  /**
   * Reads a plan's file.
   *
   * @param workers of the run; a fault may name these only
   * @throws ConfigException where it cannot be read, a key is unknown or a value out of its range
   */
  public static FaultPlan read(Path file, int workers) {
    if (!Files.isReadable(file)) {
      throw new ConfigException(
          "fault plan "
              + file
              + " cannot be read (expected a HOCON file; conf/faults has some, docs/faults.md says"
              + " how to write one)");
    }
    return plan(
        hocon(() -> ConfigFactory.parseFile(file.toFile(), strict()), file.toString()),
        file.toString(),
        workers);
  }

  /** Reads a plan's text; see {@link #read}. */
  public static FaultPlan parse(String text, int workers) {
    return plan(hocon(() -> ConfigFactory.parseString(text), "the plan"), "the plan", workers);
  }

  /**
   * Reads one fault, {@code { kind = … }}, that begins at a version, or, where it has none, after
   * so many seconds.
   *
   * @param now seconds of the run: {@code at} counts from then on
   */
  public static FaultPlan one(String text, double now, int workers) {
    Config config = hocon(() -> ConfigFactory.parseString(text), "the fault");
    List<FaultPlan.Timed> timed = new ArrayList<>();
    List<FaultPlan.AtVersion> versioned = new ArrayList<>();
    fault("fault", config.root(), now, timed, versioned);
    return checked(new FaultPlan(0, timed, versioned), "the fault", workers);
  }

  /**
   * The name in a text that asks for a plan, {@code { plan = NAME }}; empty where it has no plan.
   *
   * @throws ConfigException where it is no HOCON, or has more than a plan
   */
  public static String named(String text) {
    ConfigObject asked = hocon(() -> ConfigFactory.parseString(text), "the fault").root();
    return asked.containsKey("plan")
        ? new FaultSection("fault", asked, Set.of("plan")).text("plan", "the name of a plan")
        : "";
  }

  private static ConfigParseOptions strict() {
    return ConfigParseOptions.defaults().setAllowMissing(false);
  }

  private static Config hocon(Supplier<Config> source, String what) {
    try {
      return source.get().resolve();
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException(what + " is not HOCON: " + e.getMessage());
    }
  }

  private static FaultPlan plan(Config config, String what, int workers) {
    for (String top : config.root().keySet()) {
      if (!top.equals("faults")) {
        throw new ConfigException(
            "unknown key "
                + top
                + " ("
                + config.root().get(top).origin().description()
                + "); a fault plan is a section 'faults { … }'");
      }
    }
    if (!(config.root().get("faults") instanceof ConfigObject root)) {
      throw new ConfigException(what + " has no section 'faults { … }'");
    }
    FaultSection s = new FaultSection("faults", root, PLAN);
    long seed = s.has("seed") ? s.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE) : 0;
    List<FaultPlan.Timed> timed = new ArrayList<>();
    List<FaultPlan.AtVersion> versioned = new ArrayList<>();
    if (s.has("list")) {
      String expected = "a list of faults, [{ kind = kill, who = worker-0, at = 5 }]";
      if (!(root.get("list") instanceof com.typesafe.config.ConfigList list)) {
        throw s.wrong("list", expected);
      }
      int i = 0;
      for (ConfigValue value : list) {
        if (!(value instanceof ConfigObject one)) {
          throw s.wrong("list", expected);
        }
        fault("faults.list[" + i++ + "]", one, Double.NaN, timed, versioned);
      }
    }
    if (s.has("random")) {
      if (!(root.get("random") instanceof ConfigObject random)) {
        throw s.wrong("random", "a section { mean-between = 5s, … }");
      }
      timed.addAll(random(random, workers).plan(seed).faults());
    }
    FaultPlan plan = new FaultPlan(seed, timed, versioned);
    if (plan.isEmpty()) {
      throw new ConfigException(
          what + " has no fault (expected faults.list, faults.random, or both)");
    }
    return checked(plan, what, workers);
  }

  private static FaultPlan checked(FaultPlan plan, String what, int workers) {
    try {
      plan.check(workers);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(what + ": " + e.getMessage());
    }
    return plan;
  }

  private static void fault(
      String path,
      ConfigObject section,
      double now,
      List<FaultPlan.Timed> timed,
      List<FaultPlan.AtVersion> versioned) {
    List<Fault> faults = FaultText.read(path, section, TRIGGERS);
    FaultSection s = new FaultSection(path, section, section.keySet());
    boolean inPlan = Double.isNaN(now);
    if (s.has("at") == s.has("at-version") && (inPlan || s.has("at"))) {
      throw s.wrong("at", "seconds since the run began; or at-version, and not both");
    }
    for (Fault fault : faults) {
      if (s.has("at-version")) {
        versioned.add(new FaultPlan.AtVersion(s.whole("at-version", 1, Long.MAX_VALUE), fault));
      } else {
        double at = s.seconds("at", FaultText.LONGEST, 0);
        timed.add(new FaultPlan.Timed(inPlan ? at : now + at, fault));
      }
    }
  }

  private static RandomMix random(ConfigObject section, int workers) {
    FaultSection s = new FaultSection("faults.random", section, RANDOM);
    double least = s.seconds("least", FaultText.LONGEST, 1);
    double most = s.seconds("most", FaultText.LONGEST, Math.max(least, 5));
    if (most < least) {
      throw s.wrong("most", "at least faults.random.least = " + least);
    }
    double meanBetween = s.seconds("mean-between", FaultText.LONGEST);
    double length = s.seconds("for", FaultText.LONGEST, 60);
    if (meanBetween < 1e-3) {
      throw s.wrong("mean-between", "at least 0.001 s");
    }
    if (length == 0 || length / meanBetween > 100_000) {
      throw s.wrong("for", "above 0 s, and no more than 100000 times faults.random.mean-between");
    }
    return new RandomMix(
        workers,
        s.seconds("from", FaultText.LONGEST, 0),
        length,
        meanBetween,
        least,
        most,
        s.flag("server", false),
        kinds(s));
  }

  private static List<FaultKind> kinds(FaultSection s) {
    String expected = "a list of kinds of faults, for example [kill, freeze, lose]";
    if (!s.has("kinds")) {
      throw s.wrong("kinds", expected);
    }
    List<FaultKind> kinds = new ArrayList<>();
    for (String word : s.words("kinds", expected)) {
      kinds.add(
          java.util.Arrays.stream(FaultKind.values())
              .filter(k -> k.word().equals(word))
              .findFirst()
              .orElseThrow(() ->
                  s.wrong(
                      "kinds",
                      "kinds of faults: "
                          + String.join(
                              ", ",
                              java.util.Arrays.stream(FaultKind.values())
                                  .map(FaultKind::word)
                                  .toList()))));
    }
    if (kinds.isEmpty()) {
      throw s.wrong("kinds", expected);
    }
    return kinds;
  }
}
