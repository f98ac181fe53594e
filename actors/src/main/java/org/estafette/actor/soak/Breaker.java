package org.estafette.actor.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Carries a plan out on a run that goes on, and measures how long the server is away. */
final class Breaker {
  private final Launched run;
  private final Asker asker;
  private final RunProcesses processes;
  private final Consumer<String> message;
  private final Set<ProcessHandle> seen = new HashSet<>();
  private final TreeMap<String, Integer> done = new TreeMap<>();
  private final TreeMap<Integer, Integer> workerDeaths = new TreeMap<>();
  private final List<Double> recoveries = new ArrayList<>();
  private int serverDeaths;
  private int missed;
  private String id = "";

  /** The server's death that nobody has succeeded yet. */
  private @Nullable Death open;

  private record Death(long nanos, long pid) {}

  Breaker(Launched run, Asker asker, Consumer<String> message) {
    this.run = run;
    this.asker = asker;
    this.processes = new RunProcesses(run.handle());
    this.message = message;
  }

  /** Waits until the run applies pushes; false where it ends or does not within {@code seconds}. */
  boolean awaitProgress(long seconds) throws InterruptedException {
    long until = System.nanoTime() + seconds * 1_000_000_000L;
    while (run.alive() && System.nanoTime() - until < 0) {
      Optional<JsonNode> status = asker.status();
      if (status.isPresent() && status.get().path("version").asLong() > 0) {
        id = status.get().path("run").asText();
        return true;
      }
      Thread.sleep(200);
    }
    return false;
  }

  /** Carries out the plan; ends early where the run does. */
  void carryOut(List<Monkey.Timed> plan) throws IOException, InterruptedException {
    long began = System.nanoTime();
    for (Monkey.Timed next : plan) {
      while (run.alive() && (System.nanoTime() - began) / 1e9 < next.at()) {
        look();
        Thread.sleep(50);
      }
      if (!run.alive()) {
        return;
      }
      String missing = carryOut(next.what());
      if (missing == null) {
        done.merge(next.what().kind(), 1, Integer::sum);
        message.accept("  %6.1f s  %s".formatted(next.at(), next.what()));
      } else {
        missed++;
        message.accept("  %6.1f s  not done, %s: %s".formatted(next.at(), missing, next.what()));
      }
    }
  }

  /** Keeps looking for the server's successor for a while; returns whether there is none open. */
  boolean settle(long seconds) throws InterruptedException {
    long until = System.nanoTime() + seconds * 1_000_000_000L;
    while (run.alive() && open != null && System.nanoTime() - until < 0) {
      look();
      Thread.sleep(50);
    }
    return open == null;
  }

  /** Null where it was done, else why not. */
  private @Nullable String carryOut(Disturbance what) throws IOException, InterruptedException {
    return switch (what) {
      case Disturbance.KillWorker k -> {
        Optional<ProcessHandle> worker = processes.worker(k.worker());
        worker.ifPresent(RunProcesses::kill);
        worker.ifPresent(w -> workerDeaths.merge(k.worker(), 1, Integer::sum));
        yield worker.isPresent() ? null : "its replacement is not there yet";
      }
      case Disturbance.KillServer k -> {
        Optional<ProcessHandle> server = server();
        if (server.isEmpty() || open != null) {
          yield "there is no server just now";
        }
        open = new Death(System.nanoTime(), server.get().pid());
        RunProcesses.kill(server.get());
        serverDeaths++;
        yield null;
      }
      case Disturbance.KillStandby k -> {
        long pid = server().map(ProcessHandle::pid).orElse(-1L);
        Optional<ProcessHandle> other =
            processes.hosts().stream().filter(h -> pid >= 0 && h.pid() != pid).findFirst();
        other.ifPresent(RunProcesses::kill);
        yield other.isPresent() ? null : "nobody stands by just now";
      }
      case Disturbance.Stop s -> {
        Optional<ProcessHandle> process = s.worker() < 0 ? server() : processes.worker(s.worker());
        if (process.isEmpty()) {
          yield "it is not there just now";
        }
        RunProcesses.signal(process.get(), "STOP");
        Thread.sleep((long) (1000 * s.seconds()));
        RunProcesses.signal(process.get(), "CONT");
        yield null;
      }
      case Disturbance.Asked a -> {
        Asker.Answer answer = asker.post("/estafette/faults", a.json());
        yield answer.done() ? null : answer.text();
      }
    };
  }

  private Optional<ProcessHandle> server() {
    return asker.place().flatMap(p -> ProcessHandle.of(p.pid())).filter(ProcessHandle::isAlive);
  }

  /** Remembers whose processes are there, and sees when a dead server has a successor. */
  private void look() throws InterruptedException {
    run.handle().descendants().forEach(seen::add);
    Death death = open;
    if (death == null) {
      return;
    }
    Optional<Asker.Place> place = asker.place();
    if (place.isPresent() && place.get().pid() != death.pid()) {
      Optional<JsonNode> status = asker.status();
      if (status.isPresent() && status.get().path("state").asText().equals("training")) {
        double seconds = (System.nanoTime() - death.nanos()) / 1e9;
        recoveries.add(seconds);
        open = null;
        message.accept("            a server again after %.1f s".formatted(seconds));
      }
    }
  }

  /** Number of the run, in hexadecimal; empty where it never said so. */
  String id() {
    return id;
  }

  /** How often each kind was done. */
  TreeMap<String, Integer> done() {
    return done;
  }

  /** Faults that were done. */
  int total() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Faults that met nobody. */
  int missed() {
    return missed;
  }

  /** How often each worker's process was killed. */
  TreeMap<Integer, Integer> workerDeaths() {
    return workerDeaths;
  }

  int serverDeaths() {
    return serverDeaths;
  }

  /** Seconds from each death of the server until its successor took updates. */
  List<Double> recoveries() {
    return recoveries;
  }

  /** All processes that the run has had while faults were carried out. */
  Set<ProcessHandle> seen() {
    return seen;
  }
}
