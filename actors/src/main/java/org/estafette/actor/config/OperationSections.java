package org.estafette.actor.config;

import java.util.OptionalInt;

/** Reads the sections about operating a cluster. */
final class OperationSections {
  private OperationSections() {}

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
}
