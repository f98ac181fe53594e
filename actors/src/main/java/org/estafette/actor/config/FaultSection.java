package org.estafette.actor.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;

/** One section of a fault plan, read strictly: what it does not know is refused. */
final class FaultSection {
  private final String path;
  private final ConfigObject section;
  private final Config values;

  /**
   * @param path of the section in its plan, for messages
   * @param known keys that it may have
   * @throws ConfigException that names each other key, and the nearest known one
   */
  FaultSection(String path, ConfigObject section, Set<String> known) {
    this.path = path;
    this.section = section;
    this.values = section.toConfig();
    List<String> problems = new ArrayList<>();
    for (String key : section.keySet()) {
      if (!known.contains(key)) {
        problems.add(
            "unknown key "
                + path
                + "."
                + key
                + " ("
                + section.get(key).origin().description()
                + "); did you mean "
                + KnownKeys.nearest(key, new TreeSet<>(known))
                + "?");
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(String.join("\n", problems));
    }
  }

  boolean has(String key) {
    return section.containsKey(key);
  }

  ConfigException wrong(String key, String expected) {
    ConfigValue value = section.get(key);
    return new ConfigException(
        path
            + "."
            + key
            + (value == null
                ? " is missing (" + section.origin().description() + ")"
                : " = " + value.unwrapped() + " (" + value.origin().description() + ")")
            + "; expected "
            + expected);
  }

  String text(String key, String expected) {
    ConfigValue value = section.get(key);
    if (value == null
        || value.valueType() == ConfigValueType.LIST
        || value.valueType() == ConfigValueType.OBJECT
        || value.valueType() == ConfigValueType.NULL) {
      throw wrong(key, expected);
    }
    return values.getString(key).strip();
  }

  /** One of some words, as an enum's constant that is written {@code like-this}. */
  <E extends Enum<E>> E oneOf(String key, Class<E> type) {
    List<String> words = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      words.add(word);
      if (has(key) && text(key, "a word").toLowerCase(Locale.ROOT).equals(word)) {
        return constant;
      }
    }
    throw wrong(key, "one of " + String.join(", ", words));
  }

  double within(String key, double least, double most) {
    String expected = "a number, " + least + " … " + most;
    try {
      double value = Double.parseDouble(text(key, expected));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(key, expected);
  }

  long whole(String key, long least, long most) {
    String expected = "a whole number, " + least + " … " + most;
    try {
      long value = Long.parseLong(text(key, expected));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(key, expected);
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    String expected = "true or false";
    return switch (text(key, expected)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, expected);
    };
  }

  /** Seconds, written as a number of them or as a duration. */
  double seconds(String key, double most) {
    String expected = "seconds, 0 … " + most + ", or a duration, for example 5s";
    String text = text(key, expected);
    double value;
    try {
      value =
          text.matches("[-+0-9.eE]+")
              ? Double.parseDouble(text)
              : values.getDuration(key).toNanos() / 1e9;
    } catch (NumberFormatException | com.typesafe.config.ConfigException e) {
      throw wrong(key, expected);
    }
    if (!(value >= 0 && value <= most)) {
      throw wrong(key, expected);
    }
    return value;
  }

  double seconds(String key, double most, double otherwise) {
    return has(key) ? seconds(key, most) : otherwise;
  }

  /** {@code server}, {@code worker-0}, {@code worker-1} … */
  PeerId who(String key) {
    String expected = "server, or worker-0, worker-1 …";
    return who(key, text(key, expected), expected);
  }

  List<PeerId> all(String key) {
    String expected = "a list of participants, for example [worker-0, worker-1]";
    try {
      List<PeerId> all =
          values.getStringList(key).stream().map(name -> who(key, name, expected)).toList();
      if (!all.isEmpty()) {
        return all;
      }
    } catch (com.typesafe.config.ConfigException e) {
      // Said below.
    }
    throw wrong(key, expected);
  }

  private PeerId who(String key, String name, String expected) {
    return PeerId.named(name).orElseThrow(() -> wrong(key, expected));
  }

  List<String> words(String key, String expected) {
    try {
      return values.getStringList(key);
    } catch (com.typesafe.config.ConfigException e) {
      throw wrong(key, expected);
    }
  }
}
