package org.estafette.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.estafette.history.Violation.Promise;

/** Holds a history against the promises; sees everything once, in order. */
public final class HistoryChecker {
  private final boolean oneByOne;
  private final List<Violation> violations = new ArrayList<>();
  private final Map<PushName, Long> digests = new HashMap<>();
  private final Map<PushName, Copies> copies = new LinkedHashMap<>();
  private final List<Fact.Applied> lineage = new ArrayList<>();
  private final Set<PushName> applied = new HashSet<>();
  private boolean serving;
  private long epoch;
  private long version;

  /** Copies of one push: where they are. */
  private static final class Copies {
    int sent;
    int received;
    int ended;
  }

  private HistoryChecker(boolean oneByOne) {
    this.oneByOne = oneByOne;
  }

  /**
   * Checks a history.
   *
   * @param oneByOne whether each push makes a version of its own; false for synchronous rounds
   * @param underWay pushes that are under way at its end, the same name once for each copy
   */
  public static List<Violation> check(History history, boolean oneByOne, List<PushName> underWay) {
    return check(history.facts(), oneByOne, underWay);
  }

  /** Checks what happened, in order; see {@link #check(History, boolean, List)}. */
  public static List<Violation> check(List<Fact> facts, boolean oneByOne, List<PushName> underWay) {
    HistoryChecker checker = new HistoryChecker(oneByOne);
    facts.forEach(checker::see);
    checker.account(underWay);
    return List.copyOf(checker.violations);
  }

  /** The pushes behind the present parameters: those that no restart of the server has undone. */
  static List<Fact.Applied> lineage(History history) {
    HistoryChecker checker = new HistoryChecker(false);
    history.facts().forEach(checker::see);
    return List.copyOf(checker.lineage);
  }

  private void see(Fact fact) {
    switch (fact) {
      case Fact.Sent f -> {
        copies(f.name()).sent++;
        Long before = digests.putIfAbsent(f.name(), f.digest());
        if (before != null && before != f.digest()) {
          violation(Promise.UNALTERED, f.at(), f.name() + " was sent again with another vector");
        }
      }
      case Fact.Doubled f -> copies(f.name()).sent++;
      case Fact.Lost f -> copies(f.name()).ended++;
      case Fact.Received f -> {
        copies(f.name()).received++;
        Long sent = digests.get(f.name());
        if (sent == null) {
          violation(Promise.APPLIED_ONLY_WHAT_CAME, f.at(), f.name() + " came but was never sent");
        } else if (sent != f.digest()) {
          violation(
              Promise.UNALTERED, f.at(), f.name() + " came with another vector than was sent");
        }
      }
      case Fact.Applied f -> applied(f);
      case Fact.Refused f -> {
        if (digests.containsKey(f.name())) { // Otherwise a question without a vector.
          copies(f.name()).ended++;
        }
      }
      case Fact.Serving f -> serving(f);
      case Fact.ServerGone f -> serving = false;
    }
  }

  private void applied(Fact.Applied f) {
    Copies c = copies(f.name());
    c.ended++;
    if (c.received == 0) {
      violation(Promise.APPLIED_ONLY_WHAT_CAME, f.at(), f.name() + " was applied but had not come");
    }
    if (!applied.add(f.name())) {
      violation(Promise.APPLIED_AT_MOST_ONCE, f.at(), f.name() + " was applied again");
    }
    if (!serving || f.epoch() != epoch) {
      violation(
          Promise.ONE_EPOCH_ACCEPTS,
          f.at(),
          f.name()
              + " of epoch "
              + f.epoch()
              + " was applied (expected "
              + (serving ? "epoch " + epoch : "nothing: no server is up")
              + ")");
    }
    boolean same = !oneByOne && !lineage.isEmpty() && lineage.getLast().turn() == f.turn();
    long expected = same ? version : version + 1;
    if (f.version() != expected) {
      violation(
          Promise.VERSIONS_INCREASE,
          f.at(),
          f.name() + " made version " + f.version() + " (expected " + expected + ")");
    }
    version = f.version();
    lineage.add(f);
  }

  private void serving(Fact.Serving f) {
    if (serving || f.epoch() <= epoch) {
      violation(
          Promise.ONE_EPOCH_ACCEPTS,
          f.at(),
          "a server of epoch "
              + f.epoch()
              + " accepts (expected > "
              + epoch
              + (serving ? ", and the former one gone)" : ")"));
    }
    if (f.version() > version) {
      violation(
          Promise.VERSIONS_INCREASE,
          f.at(),
          "a server goes on from version " + f.version() + " (expected at most " + version + ")");
    }
    serving = true;
    epoch = f.epoch();
    version = f.version();
    // What came after the state that was saved is undone.
    while (!lineage.isEmpty() && lineage.getLast().version() > version) {
      applied.remove(lineage.removeLast().name());
    }
  }

  private void account(List<PushName> underWay) {
    Map<PushName, Integer> left = new HashMap<>();
    underWay.forEach(name -> left.merge(name, 1, Integer::sum));
    copies.forEach((name, c) -> {
      int open = c.sent - c.ended;
      int known = left.getOrDefault(name, 0);
      if (open != known) {
        violation(
            Promise.ACCOUNTED_FOR,
            Double.NaN,
            name
                + ": sent "
                + c.sent
                + ", applied, refused or lost "
                + c.ended
                + ", under way "
                + known
                + " (expected the first to be the sum of the others)");
      }
    });
  }

  private Copies copies(PushName name) {
    return copies.computeIfAbsent(name, n -> new Copies());
  }

  private void violation(Promise promise, double at, String detail) {
    violations.add(new Violation(promise, at, detail));
  }
}
