package org.estafette.actor.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The processes of a run, found from the launcher's by what they were started with. */
final class RunProcesses {
  private final ProcessHandle launcher;

  RunProcesses(ProcessHandle launcher) {
    this.launcher = launcher;
  }

  /** The process of a worker; none while its replacement is not there yet. */
  Optional<ProcessHandle> worker(int index) {
    return started("--key", "process-" + index).findFirst();
  }

  /** Those that may have the server. */
  List<ProcessHandle> hosts() {
    return launcher
        .children()
        .filter(ProcessHandle::isAlive)
        .filter(p -> arguments(p).contains("--role"))
        .toList();
  }

  private Stream<ProcessHandle> started(String option, String value) {
    return launcher
        .children()
        .filter(ProcessHandle::isAlive)
        .filter(p -> {
          List<String> arguments = arguments(p);
          int at = arguments.indexOf(option);
          return at >= 0 && at + 1 < arguments.size() && arguments.get(at + 1).equals(value);
        });
  }

  /**
   * Read from the kernel: the JDK cuts command lines off after a page, and class paths are long.
   */
  private static List<String> arguments(ProcessHandle process) {
    try {
      Path line = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      return List.of(Files.readString(line).split("\0"));
    } catch (IOException e) {
      return List.of(); // It has just ended.
    }
  }

  /** SIGKILL, and waits until it is gone. */
  static void kill(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Sends {@code STOP} or {@code CONT}. */
  static void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
