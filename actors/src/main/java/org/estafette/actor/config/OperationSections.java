package org.estafette.actor.config;

import java.util.List;
import java.util.OptionalInt;

/** Reads the sections about operating a cluster. */
final class OperationSections {
  /** Keys that say where and how one node is reached: another node has its own. */
  static final List<String> OF_ONE_NODE =
      List.of(
          "cluster",
          "management",
          "security",
          "history.folder",
          "channel.host",
          "channel.port",
          "channel.advertise",
          "faults.plan");

  private OperationSections() {}

  static RunConfig.Cluster cluster(Values v) {
    return new RunConfig.Cluster(
        v.text("cluster.host"),
        (int) v.whole("cluster.port", 0, 65535),
        v.text("cluster.bind-host"),
        v.is("cluster.bind-port", "auto")
            ? OptionalInt.empty()
            : OptionalInt.of((int) v.whole("cluster.bind-port", 0, 65535)),
        v.text("cluster.join"),
        v.durationAbove0("cluster.patience"),
        v.duration("cluster.leave-within"),
        v.oneOf("cluster.failure-detection", "patient", "quick").equals("quick"),
        v.oneOf("cluster.survivors", "majority", "oldest").equals("oldest"));
  }

  /** Where others send tensors; empty where it is the address that they arrive at. */
  static String advertised(Values v) {
    String address = v.text("channel.advertise");
    if (!address.isEmpty() && !address.matches("(\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+):[0-9]{1,5}")) {
      throw v.wrong("channel.advertise", "HOST:PORT, or nothing");
    }
    return address;
  }

  static RunConfig.Management management(Values v) {
    return new RunConfig.Management(
        v.flag("management.enabled"),
        v.text("management.host"),
        v.is("management.port", "auto")
            ? OptionalInt.empty()
            : OptionalInt.of((int) v.whole("management.port", 0, 65535)),
        v.flag("management.writes"),
        v.text("management.user"),
        v.text("management.password-file"));
  }

  static RunConfig.Security security(Values v) {
    return new RunConfig.Security(v.text("security.keys"));
  }

  static RunConfig.Faults faults(Values v) {
    String plan = v.text("faults.plan");
    boolean enabled = v.flag("faults.enabled");
    if (!plan.isEmpty() && !enabled) {
      throw v.wrong("faults.enabled", "true where faults.plan names a plan");
    }
    return new RunConfig.Faults(enabled, plan);
  }

  static RunConfig.History history(Values v) {
    return new RunConfig.History(
        v.flag("history.record"), v.flag("history.vectors"), v.text("history.folder"));
  }
}
