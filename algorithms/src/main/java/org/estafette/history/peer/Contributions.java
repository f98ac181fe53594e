package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.estafette.memory.FlatVector;

/** What workers put into relayed sums, and which of it each message holds. */
final class Contributions {
  private final Map<Name, FlatVector> vectors = new HashMap<>();
  private final Map<Self, Name> newest = new HashMap<>();
  private final Map<Letter, List<Name>> inside = new HashMap<>();

  /** One contribution: whose, and which of that life's, counted from 0. */
  record Name(Self who, long number) {
    @Override
    public String toString() {
      return who + "/" + number;
    }
  }

  /** A worker's next contribution. */
  void add(Self who, FlatVector vector) {
    Name before = newest.get(who);
    Name next = new Name(who, before == null ? 0 : before.number() + 1);
    newest.put(who, next);
    vectors.put(next, vector);
  }

  boolean known(Self who) {
    return newest.containsKey(who);
  }

  /** A worker's newest contribution. */
  Name newest(Self who) {
    Name name = newest.get(who);
    if (name == null) {
      throw new IllegalArgumentException(who + " has contributed nothing");
    }
    return name;
  }

  FlatVector vector(Name name) {
    FlatVector vector = vectors.get(name);
    if (vector == null) {
      throw new IllegalArgumentException(name + " is unknown");
    }
    return vector;
  }

  /** A message holds these. */
  void put(Letter letter, Collection<Name> names) {
    inside.put(letter, List.copyOf(names));
  }

  /** What a message holds; nothing where it is none of a relayed sum. */
  List<Name> in(Letter letter) {
    return inside.getOrDefault(letter, List.of());
  }

  /** Their sum. */
  FlatVector sum(Collection<Name> names, FlatVector form) {
    FlatVector sum = form.precision().zeros(form.length());
    names.forEach(name -> sum.axpy(1, vector(name)));
    return sum;
  }

  /** The largest element of any of them. */
  double scale(Collection<Name> names) {
    double scale = 0;
    for (Name name : names) {
      scale = Math.max(scale, Watch.largest(vector(name)));
    }
    return scale;
  }

  /** Workers that are in there more than once. */
  static List<Integer> twice(Collection<Name> names) {
    Set<Integer> seen = new HashSet<>();
    List<Integer> twice = new ArrayList<>();
    for (Name n : names) {
      if (!seen.add(n.who().id().slot())) {
        twice.add(n.who().id().slot());
      }
    }
    return twice;
  }
}
