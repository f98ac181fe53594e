package org.estafette.actor.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The keys that can be changed while a run goes on, and what a change does. */
public final class ChangeableKeys {
  private static final SortedMap<String, String> KEYS = new TreeMap<>();

  static {
    KEYS.put("checkpoint.every", "time between two checkpoints, counted from now on");
    KEYS.put("checkpoint.keep", "checkpoints kept, from the next one on");
    KEYS.put("evaluation.every", "share of the run between two validations, counted from now on");
    KEYS.put("evaluation.batches", "validation batches, from the next validation on");
    KEYS.put(
        "tokens",
        "length of the run, above what is done; learning rates go on as they were planned, until"
            + " the run is resumed");
  }

  private ChangeableKeys() {}

  /** Each key, relative to {@code estafette}, with what a change of it does. */
  public static SortedMap<String, String> all() {
    return Collections.unmodifiableSortedMap(KEYS);
  }

  /** The keys, for messages. */
  public static String list() {
    return String.join(", ", KEYS.keySet());
  }

  /**
   * The key relative to {@code estafette}.
   *
   * @throws ConfigException where it cannot be changed, with the nearest key that can
   */
  public static String check(String key) {
    String path = key.replaceFirst("^estafette\\.", "");
    if (KEYS.containsKey(path)) {
      return path;
    }
    boolean known = ConfigReader.reference().hasPathOrNull("estafette." + safe(path));
    throw new ConfigException(
        (known ? "key " : "unknown key ")
            + path
            + (known ? " cannot be changed while the run goes on" : "")
            + "; the nearest that can is "
            + KnownKeys.nearest(path, KEYS.keySet())
            + " (expected one of "
            + list()
            + ")");
  }

  /** What is no path is no key either. */
  private static String safe(String path) {
    return path.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*") ? path : "-";
  }
}
