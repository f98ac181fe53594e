package org.estafette.actor.manage;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A configuration as others may see it: the run's own section, without what looks like a secret.
 * Options of somebody's own classes may hold one, and whoever may see a run need not know it.
 */
final class ShownConfig {
  private static final String ROOT = "estafette";
  private static final Set<String> SECRET =
      Set.of("password", "secret", "token", "credential", "credentials");
  private static final ConfigValue HIDDEN =
      ConfigValueFactory.fromAnyRef("(hidden)", "hidden by management");

  private ShownConfig() {}

  static ConfigObject of(String hocon) {
    ConfigObject all = ConfigFactory.parseString(hocon).root();
    return hidden(all.containsKey(ROOT) ? all.withOnlyKey(ROOT) : all.withoutKey("akka"));
  }

  private static ConfigObject hidden(ConfigObject object) {
    ConfigObject shown = object;
    for (Map.Entry<String, ConfigValue> e : object.entrySet()) {
      if (secret(e.getKey())) {
        shown = shown.withValue(e.getKey(), HIDDEN);
      } else if (e.getValue() instanceof ConfigObject inner) {
        shown = shown.withValue(e.getKey(), hidden(inner));
      }
    }
    return shown;
  }

  /** By the last word of the key: {@code tokens} are counted, a {@code password-file} is a path. */
  private static boolean secret(String key) {
    String[] words = key.split("[^\\p{Alnum}]+|(?<=[a-z0-9])(?=[A-Z])");
    return words.length > 0 && SECRET.contains(words[words.length - 1].toLowerCase(Locale.ROOT));
  }
}
