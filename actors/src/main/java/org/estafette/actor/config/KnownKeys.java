package org.estafette.actor.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Refuses keys that the reference does not have. */
final class KnownKeys {
  /** Sections whose keys are the user's own. */
  private static final Set<String> FREE =
      Set.of("model.options", "data.options", "outer.options", "strategy-options", "mailboxes");

  private KnownKeys() {}

  /**
   * @param given the {@code estafette} section as the user wrote it
   * @param reference the section with all keys
   * @throws ConfigException that names each unknown key, where it stands and the nearest known one
   */
  static void check(ConfigObject given, Config reference) {
    Set<String> known = new TreeSet<>();
    collect("", reference.root(), known);
    List<String> problems = new ArrayList<>();
    check("", given, reference, known, problems);
    if (!problems.isEmpty()) {
      throw new ConfigException(String.join("\n", problems));
    }
  }

  /** Quoted paths of the keys that the reference does not have. */
  static List<String> unknown(ConfigObject given, Config reference) {
    List<String> paths = new ArrayList<>();
    unknown("", "", given, reference, paths);
    return paths;
  }

  private static void unknown(
      String prefix, String plain, ConfigObject given, Config reference, List<String> into) {
    for (Map.Entry<String, ConfigValue> e : given.entrySet()) {
      String path = prefix + ConfigUtil.quoteString(e.getKey());
      String name = plain + e.getKey();
      if (!reference.hasPathOrNull(path)) {
        into.add(path);
      } else if (!FREE.contains(name)
          && e.getValue() instanceof ConfigObject inner
          && reference.getValue(path) instanceof ConfigObject) {
        unknown(path + ".", name + ".", inner, reference, into);
      }
    }
  }

  private static void collect(String prefix, ConfigObject object, Set<String> into) {
    for (Map.Entry<String, ConfigValue> e : object.entrySet()) {
      String path = prefix + e.getKey();
      into.add(path);
      if (e.getValue() instanceof ConfigObject inner && !FREE.contains(path)) {
        collect(path + ".", inner, into);
      }
    }
  }

  private static void check(
      String prefix,
      ConfigObject given,
      Config reference,
      Set<String> known,
      List<String> problems) {
    for (Map.Entry<String, ConfigValue> e : given.entrySet()) {
      String path = prefix + e.getKey();
      ConfigValue value = e.getValue();
      if (!known.contains(path)) {
        problems.add(
            "unknown key estafette."
                + path
                + " ("
                + value.origin().description()
                + "); did you mean "
                + nearest(path, known)
                + "?");
      } else if (!FREE.contains(path)) {
        boolean section = reference.getValue(path) instanceof ConfigObject;
        if (section && !(value instanceof ConfigObject)) {
          problems.add(
              "estafette."
                  + path
                  + " = "
                  + value.render()
                  + " ("
                  + value.origin().description()
                  + "): it is a section with keys of its own, not a value");
        } else if (section) {
          check(path + ".", (ConfigObject) value, reference, known, problems);
        }
      }
    }
  }

  static String nearest(String path, Set<String> known) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (String k : known) {
      int d = Math.min(distance(path, k), 1 + distance(last(path), last(k)));
      if (d < least) {
        least = d;
        best = k;
      }
    }
    return best;
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Levenshtein's distance. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(row[j - 1], above) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
