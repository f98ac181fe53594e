package org.estafette.actor.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.estafette.device.ComputePrecision;
import org.jspecify.annotations.Nullable;

/** Reads a run's configuration: reference, then file, then what the command line sets. */
public final class ConfigReader {
  private static final String ROOT = "estafette";

  private ConfigReader() {}

  /** The reference: every key with its default. */
  public static Config reference() {
    return ConfigFactory.parseResources("estafette-reference.conf");
  }

  /**
   * Reads a configuration.
   *
   * @param file HOCON with an {@code estafette} section; null for the defaults
   * @param settings keys relative to {@code estafette}, with their values in HOCON
   * @throws ConfigException where a key is unknown or a value is out of its range
   */
  public static RunConfig read(@Nullable Path file, Map<String, String> settings) {
    Config own = ConfigFactory.empty();
    if (file != null) {
      if (!Files.isReadable(file)) {
        throw new ConfigException(
            "configuration " + file + " cannot be read (expected a HOCON file)");
      }
      own = parse(() -> ConfigFactory.parseFile(file.toFile()), file.toString());
      for (String top : own.root().keySet()) {
        if (!top.equals(ROOT) && !top.equals("akka")) {
          throw new ConfigException(
              "unknown key "
                  + top
                  + " ("
                  + own.root().get(top).origin().description()
                  + "); the keys of a run stand in a section 'estafette { … }'");
        }
      }
    }
    return of(settings(settings).withFallback(own));
  }

  private static Config settings(Map<String, String> settings) {
    Config set = ConfigFactory.empty();
    for (Map.Entry<String, String> e : settings.entrySet()) {
      String key =
          e.getKey().startsWith("akka.")
              ? e.getKey()
              : ROOT + "." + e.getKey().replaceFirst("^estafette\\.", "");
      set = value(key, e.getValue()).withFallback(set);
    }
    return set;
  }

  /**
   * Reads the text that {@link #render} wrote on another node, with settings of this node over it.
   * What belongs to the other node alone is left out, and so are keys that this release does not
   * know: the other may be a newer one.
   *
   * @param unknown told of each key that this release does not know
   */
  public static RunConfig parse(
      String text, Map<String, String> settings, Consumer<String> unknown) {
    Config own = parse(() -> ConfigFactory.parseString(text), "the coordinator's configuration");
    for (String key : OperationSections.OF_ONE_NODE) {
      own = own.withoutPath(ROOT + "." + key);
    }
    ConfigObject given = section(own);
    if (given != null) {
      for (String key : KnownKeys.unknown(given, reference().getConfig(ROOT))) {
        own = own.withoutPath(ROOT + "." + key);
        unknown.accept(String.join(".", ConfigUtil.splitPath(key)));
      }
    }
    return of(settings(settings).withFallback(own));
  }

  /**
   * A configuration with other values of some keys.
   *
   * @throws ConfigException where a value is out of its range
   */
  public static RunConfig with(RunConfig config, Map<String, String> settings) {
    return of(settings(settings).withFallback(parse(() -> config.source(), "the configuration")));
  }

  /** The effective configuration as HOCON with comments. */
  public static String render(RunConfig config) {
    Config source = config.source();
    Config own = source.withOnlyPath(ROOT);
    // A run that is resumed keeps what its file set of Akka.
    return (source.hasPath("akka") ? own.withFallback(source.withOnlyPath("akka")) : own)
        .root()
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  private static Config parse(java.util.function.Supplier<Config> source, String what) {
    try {
      return source.get().resolve();
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException(what + " is not HOCON: " + e.getMessage());
    }
  }

  private static Config value(String key, String text) {
    String origin = "--set " + key.replaceFirst("^estafette\\.", "");
    checkPath(key, origin + "=" + text);
    // Paths and other plain words with special characters are taken as they stand: HOCON would
    // read "//" and "#" as the beginning of a comment and drop what follows.
    if (text.matches("[^\"{\\[].*(//|#).*")) {
      return ConfigValueFactory.fromAnyRef(text, origin).atPath(key);
    }
    try {
      Config parsed = ConfigFactory.parseString("v = " + text);
      if (parsed.root().size() == 1) {
        return parsed
            .getValue("v")
            .withOrigin(com.typesafe.config.ConfigOriginFactory.newSimple(origin))
            .atPath(key);
      }
    } catch (com.typesafe.config.ConfigException e) {
      // Not HOCON: plain text, below.
    }
    return ConfigValueFactory.fromAnyRef(text, origin).atPath(key);
  }

  private static void checkPath(String key, String given) {
    try {
      ConfigUtil.splitPath(key);
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException(
          given + " (expected --set key=value, the key's names joined by dots)");
    }
  }

  /** The section of our keys; null where there is none. */
  private static @Nullable ConfigObject section(Config own) {
    ConfigValue value = own.root().get(ROOT);
    if (value == null || value instanceof ConfigObject) {
      return (ConfigObject) value;
    }
    throw new ConfigException(
        ROOT
            + " = "
            + value.render()
            + " ("
            + value.origin().description()
            + "): it is a section with keys of its own, not a value");
  }

  private static RunConfig of(Config own) {
    Config reference = reference();
    ConfigObject given = section(own);
    if (given != null) {
      KnownKeys.check(given, reference.getConfig(ROOT));
    }
    Config all = parse(() -> own.withFallback(reference), "the configuration");
    return read(all, new Values(all.getConfig(ROOT)));
  }

  private static RunConfig read(Config all, Values v) {
    String name = v.text("name");
    if (!name.matches("[A-Za-z0-9_-]+")) {
      throw v.wrong("name", "letters, digits, - and _");
    }
    // A name with a dot is a class; what it is good for is seen when it is made.
    boolean own = v.text("strategy").contains(".");
    RunConfig.Meeting meeting =
        own
            ? RunConfig.Meeting.ASYNC
            : RunConfig.Meeting.valueOf(
                v.oneOf("strategy", "async", "sync", "relay", "gossip").toUpperCase(Locale.ROOT));
    RunConfig.Workers workers = workers(v);
    RunConfig.Outer outer = ServerSections.outer(v, workers.count(), meeting);
    RunConfig.Relay relay = NeighbourSections.relay(v);
    RunConfig.Gossip gossip = NeighbourSections.gossip(v);
    return new RunConfig(
        name,
        v.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        meeting,
        new RunConfig.OwnStrategy(own ? v.text("strategy") : "", v.map("strategy-options")),
        v.whole("tokens", 1, Long.MAX_VALUE),
        new RunConfig.Processors(
            v.text("device"),
            ComputePrecision.of(v.oneOf("compute.precision", "float32", "bfloat16"))),
        workers,
        steps(v),
        ServerSections.exchange(v, meeting),
        NeighbourSections.topology(v, meeting),
        relay,
        gossip,
        outer,
        GuardSections.guard(v),
        ServerSections.staleness(v),
        new RunConfig.Grace(v.seconds("grace.window"), v.flag("grace.predictive")),
        new RunConfig.Shards(
            v.oneOf("shards.choice", "own", "least-visited", "proportional"),
            v.is("shards.count", "auto") ? workers.count() : v.count("shards.count", 1)),
        inner(v),
        new RunConfig.Schedule(
            v.below("schedule.warmup", 0, 1),
            v.within("schedule.floor", 0, 1),
            v.oneOf("schedule.scope", "run", "shard").equals("shard")),
        ModelSections.model(v),
        ModelSections.data(v),
        mailbox(v, fittingMailbox(meeting, relay, gossip)),
        evaluation(v),
        new RunConfig.Checkpoints(
            v.durationAbove0("checkpoint.every"), v.count("checkpoint.keep", 1)),
        v.text("run.folder"),
        v.flag("run.tensorboard"),
        channel(v),
        OperationSections.cluster(v),
        OperationSections.management(v),
        OperationSections.security(v),
        OperationSections.faults(v),
        OperationSections.history(v),
        simulation(v, workers.count()),
        all);
  }

  private static RunConfig.Workers workers(Values v) {
    int count = (int) v.whole("workers.count", 1, 100_000);
    List<Double> speeds = new ArrayList<>();
    for (double speed : v.numbers("workers.speeds")) {
      if (!(speed > 0 && speed <= 1)) {
        throw v.wrong("workers.speeds", "numbers, 0 < speed <= 1, the fastest worker's 1");
      }
      speeds.add(speed);
    }
    if (!speeds.isEmpty() && speeds.size() != count) {
      throw v.wrong("workers.speeds", "as many as workers.count = " + count + ", or none");
    }
    return new RunConfig.Workers(
        count, speeds, v.above0("workers.step-seconds"), v.durationAbove0("workers.patience"));
  }

  private static RunConfig.Steps steps(Values v) {
    int count = v.count("local-steps.count", 1);
    return new RunConfig.Steps(
        count, v.flag("local-steps.dynamic"), (int) v.whole("local-steps.least", 1, count));
  }

  private static RunConfig.Inner inner(Values v) {
    return new RunConfig.Inner(
        v.oneOf("inner.optimizer", "adamw", "momentum", "nesterov", "sgd"),
        v.above0("inner.rate"),
        v.below("inner.momentum", 0, 1),
        v.below("inner.beta1", 0, 1),
        v.below("inner.beta2", 0, 1),
        v.above0("inner.epsilon"),
        v.within("inner.weight-decay", 0, 1e3),
        v.within("inner.clip", 0, 1e9),
        v.oneOf("inner.state", "keep", "reset").equals("reset"));
  }

  /** Rounds wait for all their messages; who does not wait needs the newest only. */
  private static String fittingMailbox(
      RunConfig.Meeting meeting, RunConfig.Relay relay, RunConfig.Gossip gossip) {
    return switch (meeting) {
      case ASYNC, SYNC -> "delayed-nesterov";
      case RELAY -> relay.asynchronous() ? "gossip" : "relay";
      // Pairs that average: each question and answer counts.
      case GOSSIP ->
          gossip.method().equals("ad-psgd") ? "fifo" : gossip.asynchronous() ? "gossip" : "relay";
    };
  }

  private static RunConfig.Mailbox mailbox(Values v, String fitting) {
    String name = v.is("mailbox", "auto") ? fitting : v.text("mailbox");
    Map<String, String> all = v.map("mailboxes");
    Map<String, String> own = new java.util.TreeMap<>();
    all.forEach((k, value) -> {
      if (k.startsWith(name + ".")) {
        own.put(k.substring(name.length() + 1), value);
      }
    });
    if (!own.containsKey("policy")) {
      throw v.wrong(
          "mailbox", "the name of a section of estafette.mailboxes that has a 'policy' class");
    }
    String capacity = "mailboxes." + name + ".capacity";
    return new RunConfig.Mailbox(
        name, own.get("policy"), own.containsKey("capacity") ? v.count(capacity, 1) : 1024, own);
  }

  private static RunConfig.Evaluation evaluation(Values v) {
    double every = v.within("evaluation.every", 0, 1);
    if (every == 0) {
      throw v.wrong("evaluation.every", "a share of the run, 0 < every <= 1");
    }
    return new RunConfig.Evaluation(every, v.count("evaluation.batches", 1));
  }

  private static RunConfig.Channel channel(Values v) {
    long term = v.bytes("channel.term");
    // Aeron takes messages of an eighth of a term; packets of shared memory have 65504 bytes.
    if (term < 512 * 1024 || term > 1 << 30 || Long.bitCount(term) != 1) {
      throw v.wrong("channel.term", "a power of two, 512KiB … 1GiB");
    }
    return new RunConfig.Channel(
        (int) term,
        (int) v.whole("channel.mtu", 1024, 65504),
        v.is("channel.host", "auto") ? boundHost(v) : v.text("channel.host"),
        (int) v.whole("channel.port", 0, 65535),
        OperationSections.advertised(v),
        v.bytes("channel.shm"));
  }

  private static String boundHost(Values v) {
    RunConfig.Cluster cluster = OperationSections.cluster(v);
    return cluster.bindHost().isEmpty() ? cluster.host() : cluster.bindHost();
  }

  private static RunConfig.Simulation simulation(Values v, int workers) {
    List<RunConfig.Simulation.Death> deaths = new ArrayList<>();
    String expected =
        "a list of { at = seconds >= 0, slot = 0 … workers.count - 1, downtime = seconds }";
    for (Config d : v.sections("simulation.deaths", expected)) {
      RunConfig.Simulation.Death death =
          v.get(
              "simulation.deaths",
              expected,
              () ->
                  new RunConfig.Simulation.Death(
                      d.getDouble("at"),
                      d.getInt("slot"),
                      d.hasPath("downtime") ? d.getDouble("downtime") : Double.POSITIVE_INFINITY));
      if (!(death.at() >= 0 && death.downtime() >= 0)
          || death.slot() < 0
          || death.slot() >= workers) {
        throw v.wrong("simulation.deaths", expected);
      }
      deaths.add(death);
    }
    return new RunConfig.Simulation(
        v.seconds("simulation.latency"),
        v.within("simulation.bandwidth", 0, Double.MAX_VALUE),
        v.seconds("simulation.server-seconds"),
        v.within("simulation.jitter", 0, 10),
        deaths);
  }
}
