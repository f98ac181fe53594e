package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.Finding;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.JoinSources;
import org.estafette.actor.join.LocalAddress;
import org.estafette.actor.join.LookupException;
import org.estafette.actor.join.Probe;
import org.estafette.actor.node.JoinCheck;
import org.jspecify.annotations.Nullable;

/** The part of {@code doctor} that looks at a cluster from this machine. */
final class JoinDoctor {
  private static final int PROBE_MILLIS = 3000;

  /** Takes what was found. */
  interface Says {
    void say(boolean ok, String what, String found);
  }

  private JoinDoctor() {}

  /**
   * @param where as {@code node --join} takes it
   * @param host address of this node; "auto" for the one from which the cluster is reached
   * @param conf configuration of this node; null for the defaults
   * @param settings of this node
   */
  static void look(
      String where, String host, @Nullable Path conf, Map<String, String> settings, Says says) {
    RunConfig first = ConfigReader.read(conf, settings);
    List<HostPort> found;
    try (JoinSource source = JoinSources.parse(where, first.source())) {
      found = source.look();
      says.say(true, "addresses", found.toString());
    } catch (LookupException e) {
      says.say(false, "addresses", String.valueOf(e.getMessage()));
      return;
    }
    for (HostPort one : found) {
      look(one, host, conf, settings, says);
    }
  }

  private static void look(
      HostPort one, String host, @Nullable Path conf, Map<String, String> settings, Says says) {
    String self;
    try {
      self = host.equals("auto") ? LocalAddress.towards(one) : host;
    } catch (JoinException e) {
      says.say(false, one.toString(), String.valueOf(e.getMessage()));
      return;
    }
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.put("cluster.host", RunOptions.quoted(self));
    own.putIfAbsent("akka.loglevel", "OFF");
    own.putIfAbsent("akka.stdout-loglevel", "OFF");
    RunConfig config = ConfigReader.read(conf, own);
    boolean tls = !config.security().keys().isEmpty();
    Finding finding = new Probe(self, tls, PROBE_MILLIS).look(one);
    says.say(finding.well(), "port", finding.sentence());
    if (finding.well()) {
      JoinCheck.of(one, self, config)
          .forEach(f ->
              says.say(
                  f.well(),
                  f.kind() == Finding.Kind.NO_TENSORS ? "tensors" : "coordinator",
                  f.sentence()));
    }
  }
}
