package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The command line in processes of its own, which end with the test whatever it left running. */
final class Programs implements AutoCloseable {
  private static final Pattern SHARED = Pattern.compile("/dev/shm/estafette-[^/\\s]+");

  private final Path dir;
  private final List<Process> started = new ArrayList<>();

  /**
   * @param dir takes what they print
   */
  Programs(Path dir) {
    this.dir = dir;
  }

  /**
   * One that is not started yet: what it prints goes on at the end of NAME.out.
   *
   * @param jvm flags beside those of every process
   */
  ProcessBuilder prepare(String name, List<String> jvm, List<String> args) {
    String root = System.getProperty("estafette.root", "..");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "@" + Path.of(root, "conf", "jvm.options"),
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-Destafette.home=" + root));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(args);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(printed(name).toFile()));
  }

  Process start(ProcessBuilder prepared) throws IOException {
    Process p = prepared.start();
    started.add(p);
    return p;
  }

  /** The folders of ours in shared memory that a process has mapped. */
  static Set<Path> shared(Process p) throws IOException {
    String maps = Files.readString(Path.of("/proc", Long.toString(p.pid()), "maps"));
    return SHARED
        .matcher(maps)
        .results()
        .map(found -> Path.of(found.group()))
        .collect(Collectors.toSet());
  }

  /** Where what it prints is. */
  Path printed(String name) {
    return dir.resolve(name + ".out");
  }

  String output(String name) throws IOException {
    return Files.readString(printed(name));
  }

  @Override
  public void close() {
    for (Process p : started) {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly();
    }
  }
}
