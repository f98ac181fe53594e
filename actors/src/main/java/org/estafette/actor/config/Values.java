package org.estafette.actor.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads values of one section and says which key is wrong, and where it was set. */
final class Values {
  private final Config config;

  Values(Config config) {
    this.config = config;
  }

  ConfigException wrong(String key, String expected) {
    var value = raw(key);
    return new ConfigException(
        "estafette."
            + key
            + " = "
            + value.unwrapped()
            + " ("
            + value.origin().description()
            + "); expected "
            + expected);
  }

  /** The value as it was written, also where it is null, which {@link Config#getValue} refuses. */
  private ConfigValue raw(String key) {
    ConfigValue value = config.root();
    for (String name : ConfigUtil.splitPath(key)) {
      value = java.util.Objects.requireNonNull(((ConfigObject) value).get(name), key);
    }
    return value;
  }

  String text(String key) {
    return get(key, "a text", () -> config.getString(key));
  }

  boolean flag(String key) {
    return get(key, "true or false", () -> config.getBoolean(key));
  }

  String oneOf(String key, String... allowed) {
    String value = text(key).toLowerCase(Locale.ROOT);
    for (String a : allowed) {
      if (a.equals(value)) {
        return value;
      }
    }
    throw wrong(key, "one of " + String.join(", ", allowed));
  }

  long whole(String key, long least, long most) {
    long value = get(key, "a whole number", () -> config.getLong(key));
    if (value < least || value > most) {
      throw wrong(key, "a whole number, " + least + " … " + most);
    }
    return value;
  }

  int count(String key, int least) {
    return (int) whole(key, least, Integer.MAX_VALUE);
  }

  /** A number in [least, most]. */
  double within(String key, double least, double most) {
    double value = get(key, "a number", () -> config.getDouble(key));
    if (!(value >= least && value <= most)) {
      throw wrong(key, "a number, " + least + " … " + most);
    }
    return value;
  }

  /** A number in [least, below). */
  double below(String key, double least, double below) {
    double value = within(key, least, Double.MAX_VALUE);
    if (!(value < below)) {
      throw wrong(key, "a number, " + least + " <= " + key + " < " + below);
    }
    return value;
  }

  double above0(String key) {
    double value = within(key, -Double.MAX_VALUE, Double.MAX_VALUE);
    if (!(value > 0)) {
      throw wrong(key, "a number > 0");
    }
    return value;
  }

  boolean is(String key, String word) {
    return raw(key).valueType() == ConfigValueType.STRING && config.getString(key).equals(word);
  }

  Duration duration(String key) {
    Duration value = get(key, "a duration, for example 30s", () -> config.getDuration(key));
    if (value.isNegative()) {
      throw wrong(key, "a duration >= 0");
    }
    return value;
  }

  Duration durationAbove0(String key) {
    Duration value = duration(key);
    if (value.isZero()) {
      throw wrong(key, "a duration > 0, for example 30s");
    }
    return value;
  }

  double seconds(String key) {
    return duration(key).toNanos() / 1e9;
  }

  long bytes(String key) {
    return get(key, "a size, for example 64MiB", () -> config.getBytes(key));
  }

  List<Double> numbers(String key) {
    return get(key, "a list of numbers, for example [1, 0.5]", () -> config.getDoubleList(key));
  }

  List<Integer> wholes(String key) {
    return get(
        key, "a list of whole numbers, for example [512, 256]", () -> config.getIntList(key));
  }

  /** Pairs of whole numbers from 0, as {@code [[0, 1], [1, 2]]}. */
  List<List<Integer>> pairs(String key) {
    String expected = "pairs of workers, for example [[0, 1], [1, 2]]";
    List<List<Integer>> pairs =
        get(
            key,
            expected,
            () ->
                config.getList(key).stream()
                    .map(pair -> pair.atKey("pair").getIntList("pair"))
                    .toList());
    for (List<Integer> pair : pairs) {
      if (pair.size() != 2 || pair.stream().anyMatch(i -> i < 0)) {
        throw wrong(key, expected);
      }
    }
    return pairs;
  }

  List<? extends Config> sections(String key, String expected) {
    return get(key, expected, () -> config.getConfigList(key));
  }

  Map<String, String> map(String key) {
    Map<String, String> map = new TreeMap<>();
    get(key, "a section { … }", () -> config.getConfig(key))
        .entrySet()
        .forEach(e -> map.put(e.getKey(), String.valueOf(e.getValue().unwrapped())));
    return map;
  }

  <T> T get(String key, String expected, java.util.function.Supplier<T> value) {
    try {
      return value.get();
    } catch (com.typesafe.config.ConfigException e) {
      throw wrong(key, expected);
    }
  }
}
