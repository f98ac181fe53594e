package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all commands take that begin a run. */
final class RunOptions {
  @Parameters(
      arity = "0..1",
      paramLabel = "CONF",
      description = "Configuration (HOCON); without one, the defaults.")
  @Nullable Path conf;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "A text file, a folder or a zip. Default: the Java sources of the running JDK.")
  @Nullable Path data;

  @Option(names = "--workers", paramLabel = "N", description = "Number of workers.")
  @Nullable Integer workers;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens to train on, over all workers.")
  @Nullable Long tokens;

  @Option(names = "--seed", paramLabel = "N", description = "Decides everything random.")
  @Nullable Long seed;

  @Option(
      names = "--device",
      paramLabel = "D",
      description = "auto, cpu or cuda:N; several: cuda:0,cuda:1 or cuda:*.")
  @Nullable String device;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Run folder. Default: a new one below runs/.")
  @Nullable Path out;

  @Option(
      names = "--resume",
      description = "Go on from the last checkpoint of --out DIR, or of the newest run.")
  boolean resume;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Sets a configuration key; may be repeated.")
  List<String> set = List.of();

  @Option(
      names = "--faults",
      paramLabel = "PLAN",
      description = "Faults to bring about on purpose: a plan (HOCON), or one of conf/faults.")
  @Nullable String faults;

  @Option(names = "--plain", description = "Plain lines instead of a progress line.")
  boolean plain;

  @Option(
      names = "--json",
      description =
          "Print the summary as JSON on standard output; the rest goes to standard error.")
  boolean json;

  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    put(settings, "data.path", data == null ? null : quoted(data.toAbsolutePath().normalize()));
    put(settings, "workers.count", workers);
    put(settings, "tokens", tokens);
    put(settings, "seed", seed);
    put(settings, "device", device == null ? null : quoted(device));
    if (faults != null) {
      settings.put("faults.plan", quoted(FaultPlans.find(faults)));
      settings.put("faults.enabled", "true");
    }
    settings.putAll(parse(set));
    return settings;
  }

  /** {@code key=value} pairs. */
  static Map<String, String> parse(List<String> pairs) {
    return parse("--set", pairs);
  }

  /**
   * {@code key=value} pairs.
   *
   * @param what they follow, for messages
   */
  static Map<String, String> parse(String what, List<String> pairs) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String pair : pairs) {
      int at = pair.indexOf('=');
      if (at < 1) {
        throw new ConfigException(what + " " + pair + " (expected " + what + " key=value)");
      }
      settings.put(pair.substring(0, at).strip(), pair.substring(at + 1).strip());
    }
    return settings;
  }

  static String quoted(Object text) {
    return "\"" + text.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static void put(Map<String, String> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value.toString());
    }
  }

  RunConfig read(@Nullable Path base) {
    return ConfigReader.read(conf != null ? conf : base, settings());
  }
}
