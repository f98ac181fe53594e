package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.record.RunFolder;

/**
 * The processes of a run that may have its server. One that dies is started again, until one of
 * them has written the run's summary: then the run is over, with the status of the one that had the
 * server last.
 */
final class ServerProcesses implements AutoCloseable {
  private static final int MOST_IN_A_ROW = 20;
  private static final long LONGEST_PAUSE_SECONDS = 30;
  private static final long FAREWELL_SECONDS = 15;

  private final RunFolder folder;
  private final List<String> options;
  private final Consumer<String> message;
  private final Consumer<String> dead;
  private final String[] halts =
      System.getProperty(HaltPoints.PROPERTY, "").split(",", -1); // of one process after the other
  private final Map<Process, String> running = new HashMap<>();
  private final CompletableFuture<Integer> result = new CompletableFuture<>();
  private final ScheduledExecutorService restarts =
      Executors.newSingleThreadScheduledExecutor(r -> {
        Thread t = new Thread(r, "estafette-server-restarts");
        t.setDaemon(true);
        return t;
      });
  private int started;
  private int inRow;
  private boolean ending;
  private boolean closed;

  /**
   * @param options of the command of each
   * @param dead told the cluster role of one whose process has died
   */
  ServerProcesses(
      RunFolder folder, List<String> options, Consumer<String> message, Consumer<String> dead) {
    this.folder = folder;
    this.options = options;
    this.message = message;
    this.dead = dead;
  }

  /**
   * Starts one, and as soon as it has the server those who stand by: the machine's cores are for
   * the run's beginning until then.
   */
  void start(int standby) throws IOException {
    long before = Epochs.newestIn(folder.checkpoints());
    start();
    restarts.scheduleWithFixedDelay(
        new Runnable() {
          private int left = standby;

          @Override
          public void run() {
            try {
              if (left > 0 && Epochs.newestIn(folder.checkpoints()) > before) {
                left--;
                start();
              }
            } catch (IOException e) {
              message.accept("  no process to stand by can be started: " + e.getMessage());
            }
          }
        },
        300,
        300,
        TimeUnit.MILLISECONDS);
  }

  private synchronized void start() throws IOException {
    if (closed || ending || result.isDone()) {
      return;
    }
    int number = started++;
    String role = "server-" + number;
    List<String> flags =
        number < halts.length && !halts[number].isEmpty()
            ? List.of("-D" + HaltPoints.PROPERTY + "=" + halts[number])
            : List.of();
    List<String> command =
        new ArrayList<>(ChildJvm.command(folder.logs().resolve(role + ".log"), flags));
    command.add("host");
    command.addAll(options);
    command.addAll(List.of("--role", role));
    Process process = new ProcessBuilder(command).inheritIO().start();
    running.put(process, role);
    long at = System.nanoTime();
    process.onExit().thenAccept(p -> ended(p, at));
  }

  private synchronized void ended(Process process, long startedAt) {
    String role = running.remove(process);
    if (closed || role == null) {
      return;
    }
    int status = process.exitValue();
    boolean none = running.isEmpty();
    boolean over = Files.exists(folder.summary());
    if (lasting(status) || (over && (none || served(process)))) {
      result.complete(status);
    } else if (over) {
      // One that stood by, or that was superseded: the server's own process says how it ended.
      if (status != ExitStatus.OK.code()) {
        message.accept(ending(role, process, status));
      }
    } else if (ending) {
      if (none) {
        result.complete(ExitStatus.INTERRUPTED.code());
      }
    } else if (status != ExitStatus.OK.code() || none) {
      // One that stood by ends well as soon as the run is over, before that is written down.
      dead.accept(role);
      again(process, role, status, System.nanoTime() - startedAt > TimeUnit.MINUTES.toNanos(1));
    }
  }

  private static String ending(String role, Process process, int status) {
    return "  %s (pid %d) ended with status %d".formatted(role, process.pid(), status);
  }

  /** Whether it had the server last; also where that cannot be read. */
  private boolean served(Process process) {
    try {
      OptionalLong holder = Epochs.process(folder.checkpoints());
      return holder.isEmpty() || holder.getAsLong() == process.pid();
    } catch (IOException e) {
      return true;
    }
  }

  private void again(Process process, String role, int status, boolean lived) {
    inRow = lived ? 1 : inRow + 1;
    if (inRow > MOST_IN_A_ROW) {
      message.accept(
          "  "
              + role
              + " ended with status "
              + status
              + ", the "
              + inRow
              + "th in a row: giving up");
      result.complete(ExitStatus.RUN.code());
      return;
    }
    long pause = inRow <= 4 ? 0 : Math.min(LONGEST_PAUSE_SECONDS, 1L << (inRow - 4));
    message.accept(
        ending(role, process, status)
            + (running.isEmpty() ? "; a new one starts " : "; another stands by, a new one starts ")
            + (pause == 0 ? "now" : "in " + pause + " s"));
    restarts.schedule(
        () -> {
          try {
            start();
          } catch (IOException e) {
            message.accept("  no server's process can be started: " + e.getMessage());
            result.complete(ExitStatus.RUN.code());
          }
        },
        pause,
        TimeUnit.SECONDS);
  }

  /** What another process would end with, too. */
  private static boolean lasting(int status) {
    return status == ExitStatus.USAGE.code()
        || status == ExitStatus.DATA.code()
        || status == ExitStatus.CHECKPOINT.code()
        || status == ExitStatus.PORT.code();
  }

  /** Asks all to end in good order; {@link #result} follows. */
  synchronized void end() {
    ending = true;
    if (running.isEmpty()) {
      result.complete(ExitStatus.INTERRUPTED.code());
    }
    running.keySet().forEach(Process::destroy);
  }

  /** The status with which the run has ended. */
  CompletableFuture<Integer> result() {
    return result;
  }

  /** Those who stood by hear that the run is over, and end; by force where they do not. */
  @Override
  public void close() {
    List<Process> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(running.keySet());
    }
    restarts.shutdownNow();
    left.forEach(Process::destroy);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(FAREWELL_SECONDS);
    for (Process p : left) {
      try {
        if (!p.waitFor(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
          p.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        p.destroyForcibly();
      }
    }
  }
}
