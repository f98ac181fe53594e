package org.estafette.actor.record;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of the pushes so far.
 *
 * @param accepted applied on their own
 * @param merged applied together with others under backlog
 * @param refused not applied, by reason
 */
public record Pushes(long accepted, long merged, SortedMap<String, Long> refused) {
  /** No push yet. */
  public static final Pushes NONE = new Pushes(0, 0, Map.of());

  /** Copies the map. */
  public Pushes {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }

  /** The same with any map. */
  public Pushes(long accepted, long merged, Map<String, Long> refused) {
    this(accepted, merged, new TreeMap<>(refused));
  }

  /** Pushes that were not applied. */
  public long refusals() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }

  /** All pushes. */
  public long total() {
    return accepted + merged + refusals();
  }
}
