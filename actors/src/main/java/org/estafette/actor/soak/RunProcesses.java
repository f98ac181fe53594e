package org.estafette.actor.soak;

import java.io.IOException;
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

  private static List<String> arguments(ProcessHandle process) {
    return process.info().arguments().map(List::of).orElse(List.of());
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
