package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.actor.config.RunConfig;

/** How this process starts others of its kind: its own java, flags and class path. */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * The command up to the command line of Estafette.
   *
   * @param log file of its log
   * @param flags of the JVM, beside the usual ones
   */
  static List<String> command(Path log, List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.add("@" + Path.of(System.getProperty("estafette.home", "."), "conf", "jvm.options"));
    command.add("-XX:+UseSerialGC");
    command.add("-Destafette.home=" + System.getProperty("estafette.home", "."));
    command.add("-Destafette.log=" + log);
    command.addAll(own());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    return command;
  }

  /** Flags of the JVM that this one was given: a smaller heap is meant for all. */
  private static List<String> own() {
    String given = System.getenv("ESTAFETTE_OPTS");
    return given == null
        ? List.of()
        : Stream.of(given.split("\\s+")).filter(f -> f.startsWith("-X")).toList();
  }

  /** What all nodes of a cluster must agree on before they know its configuration. */
  static List<String> agreed(RunConfig config) {
    List<String> options = new ArrayList<>();
    if (!config.security().keys().isEmpty()) {
      options.add("--keys");
      options.add(Path.of(config.security().keys()).toAbsolutePath().toString());
    }
    if (config.cluster().quickDetection()) {
      options.add("--set");
      options.add("cluster.failure-detection=quick");
    }
    if (config.cluster().oldestSurvives()) {
      options.add("--set");
      options.add("cluster.survivors=oldest");
    }
    return options;
  }
}
