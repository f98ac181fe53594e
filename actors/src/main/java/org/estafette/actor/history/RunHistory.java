package org.estafette.actor.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.estafette.history.Fact;
import org.estafette.history.HistoryChecker;
import org.estafette.history.PushName;
import org.estafette.history.Violation;

/**
 * The histories of all processes of a run as one. Nothing rests on the clocks of different
 * processes: what a push's sender wrote comes before what its receiver wrote of it, and servers
 * follow each other by their epochs.
 *
 * <p><b>What a killed process leaves.</b> A sender's file that has no end may lack its last lines:
 * a push that came and is newer than all that the file has counts as sent. A server's file that has
 * no end lost with its process what had come and was not decided. A push that never came is under
 * way where no newer one of its sender has come, or where a server ended meanwhile; otherwise it is
 * missing. Senders without any file, on machines whose folders were not given, are believed.
 */
public final class RunHistory {
  private final List<ProcessHistory> processes;
  private final List<Fact> facts = new ArrayList<>();
  private final Map<PushName, Life> seen = new LinkedHashMap<>();
  private int inferred;
  private int sessions;
  private boolean interrupted;

  /** Copies of one push in all files. */
  private static final class Life {
    int sent;
    int received;
    int ended;
    long digest;
  }

  private record Sender(int slot, int incarnation) {
    static Sender of(PushName name) {
      return new Sender(name.slot(), name.incarnation());
    }
  }

  /**
   * What was found.
   *
   * @param files read
   * @param killed files without an end
   * @param torn files whose last line was cut off
   * @param pushes names seen
   * @param applied also those that a restart undid
   * @param refused answered with a refusal
   * @param lost with a reason
   * @param inferred pushes that came, whose sending is in no file
   * @param underWay copies of pushes of which nobody can know
   * @param servers that accepted, one after the other
   * @param violations of promises
   */
  public record Verdict(
      int files,
      int killed,
      int torn,
      int pushes,
      int applied,
      int refused,
      int lost,
      int inferred,
      int underWay,
      int servers,
      List<Violation> violations) {}

  private RunHistory(List<ProcessHistory> processes) {
    this.processes = processes;
  }

  /**
   * Reads the histories in these folders.
   *
   * @throws DamagedHistoryException where one was changed
   * @throws IOException where there is none, or one cannot be read
   */
  public static RunHistory read(List<Path> folders) throws IOException {
    List<ProcessHistory> all = new ArrayList<>();
    for (Path folder : folders) {
      Path files =
          Files.isDirectory(folder.resolve("history")) ? folder.resolve("history") : folder;
      try (Stream<Path> found = Files.list(files)) {
        for (Path file : found.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
          if (!file.getFileName().toString().equals("metrics.jsonl")) {
            all.add(ProcessHistory.read(file));
          }
        }
      }
    }
    if (all.stream().allMatch(p -> p.facts().isEmpty())) {
      throw new IOException(
          "no history in " + folders + " (expected a run with history.record = true)");
    }
    return new RunHistory(List.copyOf(all));
  }

  /** Holds it against the promises. */
  public Verdict check() {
    Map<Sender, Long> newest = new HashMap<>();
    Map<Sender, Boolean> closed = new HashMap<>();
    List<Fact> lostBySenders = new ArrayList<>();
    for (ProcessHistory p : processes) {
      for (Fact f : p.facts()) {
        if (f instanceof Fact.Sent s) {
          Sender sender = Sender.of(s.name());
          newest.merge(sender, s.name().sequence(), Math::max);
          closed.merge(sender, p.closed(), Boolean::logicalAnd);
          life(s.name()).sent++;
          life(s.name()).digest = s.digest();
          facts.add(s);
        } else if (f instanceof Fact.Doubled d) {
          life(d.name()).sent++;
          facts.add(d);
        } else if (HistoryRecorder.notSent(f)) {
          lostBySenders.add(f);
        }
      }
    }
    List<Session> all = Session.of(processes);
    sessions = all.size();
    for (Session s : all) {
      interrupted |= !s.ended();
      s.facts().forEach(f -> count(f));
    }
    infer(all, newest, closed);
    for (Session s : all) {
      s.facts().forEach(facts::add);
      if (!s.ended()) {
        s.undecided()
            .forEach(n -> {
              Fact.Lost gone = new Fact.Lost(s.last(), n, "gone with the server's process");
              count(gone);
              facts.add(gone);
            });
        facts.add(new Fact.ServerGone(s.last()));
      }
    }
    lostBySenders.forEach(f -> {
      count(f);
      facts.add(f);
    });
    List<PushName> underWay = underWay();
    boolean oneByOne = processes.stream().allMatch(ProcessHistory::oneByOne);
    return verdict(underWay, HistoryChecker.check(facts, oneByOne, underWay));
  }

  private Life life(PushName name) {
    return seen.computeIfAbsent(name, n -> new Life());
  }

  private void count(Fact fact) {
    switch (fact) {
      case Fact.Received f -> {
        Life life = life(f.name());
        life.received++;
        life.digest = life.sent == 0 ? f.digest() : life.digest;
      }
      case Fact.Applied f -> life(f.name()).ended++;
      case Fact.Refused f -> {
        Life life = seen.get(f.name());
        if (life != null) { // Otherwise a question without a vector.
          life.ended++;
        }
      }
      case Fact.Lost f -> life(f.name()).ended++;
      default -> {}
    }
  }

  /** Sendings that must have been, though no file has them. */
  private void infer(List<Session> all, Map<Sender, Long> newest, Map<Sender, Boolean> closed) {
    seen.forEach((name, life) -> {
      Sender sender = Sender.of(name);
      boolean lags = !closed.getOrDefault(sender, false);
      boolean unknown = !newest.containsKey(sender);
      boolean newer = lags && name.sequence() >= newest.getOrDefault(sender, -1L);
      while (life.sent < life.received && (unknown || newer)) {
        life.sent++;
        inferred++;
        facts.add(new Fact.Sent(0, name, 0, life.digest));
      }
    });
  }

  private List<PushName> underWay() {
    Map<Sender, Long> came = new HashMap<>();
    seen.forEach((name, life) -> {
      if (life.received > 0) {
        came.merge(Sender.of(name), name.sequence(), Math::max);
      }
    });
    List<PushName> underWay = new ArrayList<>();
    seen.forEach((name, life) -> {
      boolean last = name.sequence() >= came.getOrDefault(Sender.of(name), -1L);
      // Of those that came every copy has its end in the server's file.
      for (int open = life.sent - life.ended; open > 0; open--) {
        if ((last || sessions > 1 || interrupted) && life.sent > life.received) {
          underWay.add(name);
        }
      }
    });
    return underWay;
  }

  private Verdict verdict(List<PushName> underWay, List<Violation> violations) {
    int applied = 0;
    int refused = 0;
    int lost = 0;
    for (Fact f : facts) {
      applied += f instanceof Fact.Applied ? 1 : 0;
      refused += f instanceof Fact.Refused r && seen.containsKey(r.name()) ? 1 : 0;
      lost += f instanceof Fact.Lost ? 1 : 0;
    }
    return new Verdict(
        processes.size(),
        (int) processes.stream().filter(p -> !p.closed()).count(),
        (int) processes.stream().filter(ProcessHistory::torn).count(),
        seen.size(),
        applied,
        refused,
        lost,
        inferred,
        underWay.size(),
        sessions,
        violations);
  }

  /**
   * What one server wrote.
   *
   * @param epoch under which it accepted
   * @param facts from its first on
   * @param ended whether it says so itself
   */
  private record Session(long epoch, List<Fact> facts, boolean ended) {
    static List<Session> of(List<ProcessHistory> processes) {
      List<Session> all = new ArrayList<>();
      for (ProcessHistory p : processes) {
        List<Fact> now = new ArrayList<>();
        long epoch = 0;
        for (Fact f : p.facts()) {
          if (f instanceof Fact.Serving s) {
            add(all, epoch, now);
            now = new ArrayList<>();
            epoch = s.epoch();
          }
          boolean ofSender = f instanceof Fact.Sent || f instanceof Fact.Doubled;
          boolean ofServer = !ofSender && !HistoryRecorder.notSent(f);
          if (ofServer && (!now.isEmpty() || f instanceof Fact.Serving)) {
            now.add(f instanceof Fact.Applied a ? turned(a, all.size()) : f);
          }
        }
        add(all, epoch, now);
      }
      all.sort(Comparator.comparingLong(Session::epoch));
      return all;
    }

    /** Each server counts its turns from the beginning. */
    private static Fact turned(Fact.Applied a, int session) {
      return new Fact.Applied(
          a.at(), a.name(), a.epoch(), a.version(), a.weight(), a.turn() + ((long) session << 40));
    }

    private static void add(List<Session> all, long epoch, List<Fact> facts) {
      if (!facts.isEmpty()) {
        boolean ended = facts.stream().anyMatch(f -> f instanceof Fact.ServerGone);
        all.add(new Session(epoch, List.copyOf(facts), ended));
      }
    }

    double last() {
      return facts.getLast().at();
    }

    /** What came and was not decided, the same name once for each copy. */
    List<PushName> undecided() {
      Map<PushName, Integer> open = new LinkedHashMap<>();
      for (Fact f : facts) {
        switch (f) {
          case Fact.Received r -> open.merge(r.name(), 1, Integer::sum);
          case Fact.Applied a -> open.computeIfPresent(a.name(), (n, c) -> c == 1 ? null : c - 1);
          case Fact.Refused r -> open.computeIfPresent(r.name(), (n, c) -> c == 1 ? null : c - 1);
          case Fact.Lost l -> open.computeIfPresent(l.name(), (n, c) -> c == 1 ? null : c - 1);
          default -> {}
        }
      }
      List<PushName> names = new ArrayList<>();
      open.forEach((name, n) -> {
        for (int i = 0; i < n; i++) {
          names.add(name);
        }
      });
      return names;
    }
  }
}
