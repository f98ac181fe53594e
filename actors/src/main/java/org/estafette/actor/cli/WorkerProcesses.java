package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.estafette.actor.config.RunConfig;

/**
 * One JVM per worker. A worker that dies is started again under its key, so that its replacement
 * takes its slot; one that dies again and again is given longer pauses.
 */
final class WorkerProcesses implements AutoCloseable {
  private static final long LONGEST_PAUSE_SECONDS = 30;

  private final String join;
  private final RunConfig config;
  private final Path logs;
  private final Consumer<String> message;
  private final ObjIntConsumer<String> died;
  private final ScheduledExecutorService restarts =
      Executors.newSingleThreadScheduledExecutor(r -> {
        Thread t = new Thread(r, "estafette-restarts");
        t.setDaemon(true);
        return t;
      });
  private final List<Process> running = new ArrayList<>();
  private boolean closed;
  private volatile boolean ending;

  /**
   * @param died told the key of a worker whose process has died, and its exit status
   */
  WorkerProcesses(
      String join,
      RunConfig config,
      Path logs,
      Consumer<String> message,
      ObjIntConsumer<String> died) {
    this.died = died;
    this.join = join;
    this.config = config;
    this.logs = logs;
    this.message = message;
  }

  void start(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      start(i, 0);
    }
  }

  private synchronized void start(int index, int failures) throws IOException {
    if (closed || ending) {
      return;
    }
    Process process =
        new ProcessBuilder(command(index))
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                    logs.resolve("process-" + index + ".out").toFile()))
            .start();
    running.add(process);
    long startedAt = System.nanoTime();
    process.onExit().thenAccept(p -> ended(index, p, startedAt, failures));
  }

  private synchronized void ended(int index, Process process, long startedAt, int failures) {
    running.remove(process);
    if (closed || ending || process.exitValue() == 0) {
      return;
    }
    died.accept("process-" + index, process.exitValue());
    if (process.exitValue() == ExitStatus.INTERRUPTED.code()) {
      message.accept(
          "  process-"
              + index
              + " (pid "
              + process.pid()
              + ") was asked to end; it is not replaced");
      return;
    }
    // A process that lived for a minute was well: its death is no sign that the next will die too.
    boolean lived = System.nanoTime() - startedAt > TimeUnit.MINUTES.toNanos(1);
    int inRow = lived ? 1 : failures + 1;
    long pause = inRow <= 2 ? 0 : Math.min(LONGEST_PAUSE_SECONDS, 1L << (inRow - 2));
    message.accept(
        "  process-"
            + index
            + " (pid "
            + process.pid()
            + ") ended with status "
            + process.exitValue()
            + "; its replacement starts "
            + (pause == 0 ? "now" : "in " + pause + " s"));
    restarts.schedule(
        () -> {
          try {
            start(index, inRow);
          } catch (IOException e) {
            message.accept("  process-" + index + " cannot be started again: " + e.getMessage());
          }
        },
        pause,
        TimeUnit.SECONDS);
  }

  /** The run ends: who ends now is not replaced. */
  void restartNoMore() {
    ending = true;
  }

  private List<String> command(int index) {
    List<String> command = ChildJvm.command(logs.resolve("process-" + index + ".log"), List.of());
    command.addAll(
        List.of(
            "node",
            "--join",
            join,
            "--key",
            "process-" + index,
            "--index",
            Integer.toString(index),
            "--parent",
            Long.toString(ProcessHandle.current().pid())));
    command.addAll(ChildJvm.agreed(config));
    return command;
  }

  /** Ends all: politely, then by force. */
  @Override
  public void close() {
    List<Process> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(running);
    }
    restarts.shutdownNow();
    left.forEach(Process::destroy);
    for (Process p : left) {
      try {
        if (!p.waitFor(10, TimeUnit.SECONDS)) {
          p.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        p.destroyForcibly();
      }
    }
  }
}
