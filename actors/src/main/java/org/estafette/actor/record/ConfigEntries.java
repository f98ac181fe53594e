package org.estafette.actor.record;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A configuration as a flat list of keys and values. */
final class ConfigEntries {
  private ConfigEntries() {}

  /** Values by path; the whole text under the empty path where it is not HOCON. */
  static SortedMap<String, String> of(String hocon) {
    SortedMap<String, String> entries = new TreeMap<>(NaturalOrder.INSTANCE);
    try {
      Config config = ConfigFactory.parseString(hocon);
      for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
        entries.put(
            entry.getKey(), entry.getValue().render(ConfigRenderOptions.concise().setJson(false)));
      }
    } catch (ConfigException e) {
      entries.put("", hocon);
    }
    return entries;
  }
}
