package org.estafette.actor.node;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.estafette.actor.config.ChangeableKeys;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.record.Metric;

/**
 * The effective configuration of a run that goes on. What workers have been given at the beginning
 * stays: a change is of what the server's or the registrar's actor does by itself. Used by the
 * actor's thread.
 */
final class LiveConfig {
  private final RunHome home;
  private final RunLog log;
  private RunConfig config;

  LiveConfig(RunConfig config, RunHome home, RunLog log) {
    this.config = config;
    this.home = home;
    this.log = log;
  }

  RunConfig now() {
    return config;
  }

  /**
   * Whether those were changed that begin anew then.
   *
   * @param checkpoints seconds between two checkpoints
   * @param validations tokens between two validations
   */
  record Intervals(boolean checkpoints, boolean validations) {}

  /** Tokens between two validations. */
  long validationTokens() {
    return validationTokens(config);
  }

  private static long validationTokens(RunConfig config) {
    return Math.max(1, (long) (config.evaluation().every() * config.tokens()));
  }

  /**
   * Changes all keys or none.
   *
   * @param done tokens that the run has trained on
   * @param apply does what the new configuration asks for, once it is kept
   */
  Outcome change(ServerMessage.Change m, long done, Consumer<Intervals> apply) {
    RunConfig former = config;
    RunConfig changed;
    Map<String, String> keys = new TreeMap<>();
    try {
      m.keys().forEach((key, value) -> keys.put(ChangeableKeys.check(key), value));
      if (keys.isEmpty()) {
        throw new ConfigException("no key to change (expected " + ChangeableKeys.list() + ")");
      }
      changed = ConfigReader.with(former, keys);
    } catch (ConfigException e) {
      return new Outcome.Invalid(String.valueOf(e.getMessage()));
    }
    if (keys.containsKey("tokens") && changed.tokens() <= done) {
      return new Outcome.Conflict(
          "estafette.tokens = "
              + changed.tokens()
              + " (expected more than the "
              + done
              + " that are done; to end the run now, stop it)");
    }
    String text = ConfigReader.render(changed);
    try {
      home.config().keep(text);
    } catch (IOException e) {
      return new Outcome.Failed("the configuration could not be kept, nothing is changed: " + e);
    }
    config = changed;
    apply.accept(
        new Intervals(
            !changed.checkpoint().every().equals(former.checkpoint().every()),
            validationTokens(changed) != validationTokens(former)));
    log.live().config(text);
    String what =
        keys.keySet().stream()
            .map(key -> key + " " + value(former, key) + " -> " + value(changed, key))
            .collect(Collectors.joining(", "));
    log.event(Metric.RunKind.CHANGED, what + ", by " + m.by());
    return new Outcome.Done(what);
  }

  private static String value(RunConfig config, String key) {
    return config.source().getValue("estafette." + key).unwrapped().toString();
  }
}
