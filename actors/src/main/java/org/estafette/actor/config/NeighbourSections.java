package org.estafette.actor.config;

import java.util.List;

/** Reads the sections of runs without a server. */
final class NeighbourSections {
  private NeighbourSections() {}

  static RunConfig.Topology topology(Values v, RunConfig.Meeting meeting) {
    String fitting = meeting == RunConfig.Meeting.RELAY ? "binary-tree" : "ring";
    List<List<Integer>> edges = v.pairs("topology.edges");
    return new RunConfig.Topology(
        v.is("topology.kind", "auto") ? fitting : v.text("topology.kind"),
        v.count("topology.degree", 2),
        v.within("topology.probability", 0, 1),
        v.count("topology.rows", 0),
        edges,
        v.oneOf("topology.weights", "metropolis-hastings", "max-degree", "edge"),
        v.above0("topology.edge-weight"),
        v.flag("topology.lazy"));
  }

  static RunConfig.Relay relay(Values v) {
    return new RunConfig.Relay(
        v.oneOf("relay.form", "model", "gradient", "mix"),
        v.below("relay.mix", 0, 1),
        v.oneOf("relay.fill", "hold", "start", "half", "previous", "count"),
        v.flag("relay.overlap"),
        v.flag("relay.asynchronous"),
        v.oneOf("relay.trees", "single", "double").equals("double"),
        v.durationAbove0("relay.patience"));
  }

  static RunConfig.Gossip gossip(Values v) {
    return new RunConfig.Gossip(
        v.text("gossip.method"),
        v.flag("gossip.asynchronous"),
        v.flag("gossip.overlap"),
        v.oneOf("gossip.form", "nesterov", "heavy-ball", "normalised"),
        v.below("gossip.momentum", 0, 1),
        v.count("gossip.averagings", 1),
        v.above0("gossip.consensus-target"),
        v.count("gossip.exchanges", 1),
        v.durationAbove0("gossip.patience"));
  }
}
