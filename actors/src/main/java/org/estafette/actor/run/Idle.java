package org.estafette.actor.run;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.config.RunConfig.Meeting;

/**
 * Keys that somebody has set and that do nothing in this run: whoever sets {@code outer.rate} for a
 * relay should hear that there is no outer step. Only values that are not the default are told of,
 * as nobody can see who wrote a default.
 */
final class Idle {
  /** Keys that begin so have an effect only where the condition holds. */
  private record Rule(String prefix, String needs, Predicate<RunConfig> holds) {}

  private static final List<Rule> RULES =
      List.of(
          new Rule("topology.", "strategy = relay or gossip", RunConfig::withoutServer),
          new Rule("relay.", "strategy = relay", c -> c.meeting() == Meeting.RELAY),
          new Rule("gossip.", "strategy = gossip", c -> c.meeting() == Meeting.GOSSIP),
          new Rule("outer.", "a server", c -> !c.withoutServer()),
          new Rule("staleness.", "a server", c -> !c.withoutServer()),
          new Rule("grace.", "strategy = async", c -> c.meeting() == Meeting.ASYNC),
          new Rule("strategy-options", "a strategy of one's own", c -> c.ownStrategy().named()),
          new Rule("topology.", "a gossip.method other than sgp", c -> !method(c, "sgp")),
          new Rule("topology.weights", "strategy = gossip", c -> c.meeting() != Meeting.RELAY),
          new Rule("topology.lazy", "strategy = gossip", c -> c.meeting() != Meeting.RELAY),
          new Rule("topology.edge-weight", "topology.weights = edge", c -> weights(c, "edge")),
          new Rule("topology.degree", "topology.kind = random-regular", c -> kind(c, "random-reg")),
          new Rule("topology.probability", "topology.kind = erdos-renyi", c -> kind(c, "erdos")),
          new Rule("topology.rows", "a torus", c -> kind(c, "torus") || kind(c, "twisted")),
          new Rule("topology.edges", "topology.kind = edges", c -> kind(c, "edges")),
          new Rule("relay.mix", "relay.form = mix", c -> c.relay().form().equals("mix")),
          new Rule("gossip.form", "gossip.method = qg", c -> method(c, "qg")),
          new Rule("gossip.momentum", "gossip.method = qg", c -> method(c, "qg")),
          new Rule("gossip.averagings", "gossip.method = sgp", c -> method(c, "sgp")),
          new Rule(
              "gossip.consensus-target", "consensus-control", c -> method(c, "consensus-control")),
          new Rule("gossip.exchanges", "consensus-control", c -> method(c, "consensus-control")));

  private Idle() {}

  private static boolean method(RunConfig config, String name) {
    return config.meeting() == Meeting.GOSSIP && config.gossip().method().equals(name);
  }

  private static boolean kind(RunConfig config, String begin) {
    return config.topology().kind().startsWith(begin);
  }

  private static boolean weights(RunConfig config, String name) {
    return config.topology().weights().equals(name);
  }

  /** A line for each reason, with the keys that it concerns. */
  static void tell(RunConfig config, Consumer<String> notices) {
    Config given = config.source().getConfig("estafette");
    Config reference = ConfigReader.reference().getConfig("estafette");
    Map<String, TreeSet<String>> idle = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> e : given.entrySet()) {
      String key = e.getKey();
      if (same(e.getValue(), reference.hasPath(key) ? reference.getValue(key) : null)) {
        continue;
      }
      RULES.stream()
          .filter(r -> key.startsWith(r.prefix()) && !r.holds().test(config))
          .findFirst()
          .ifPresent(r -> idle.computeIfAbsent(r.needs(), n -> new TreeSet<>()).add(key));
    }
    idle.forEach((needs, keys) ->
        notices.accept(
            "caution   no effect in this run: "
                + String.join(", ", keys)
                + " (needs "
                + needs
                + ")"));
  }

  private static boolean same(
      ConfigValue given, @org.jspecify.annotations.Nullable ConfigValue reference) {
    Object a = given.unwrapped();
    Object b = reference == null ? null : reference.unwrapped();
    return a instanceof Number x && b instanceof Number y
        ? x.doubleValue() == y.doubleValue()
        : Objects.equals(a, b);
  }
}
