package org.estafette.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a result was measured on. */
public final class Machine {
  private Machine() {}

  /** Processor, cores, memory, system and JVM. */
  public static Map<String, Object> describe() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cpu", cpu());
    machine.put("cores", cores());
    machine.put("memory_kb", field("/proc/meminfo", "MemTotal"));
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("java", Runtime.version().toString());
    return machine;
  }

  /** Those of the machine: what this process may use is fewer where a benchmark has pinned it. */
  private static int cores() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return (int) lines.filter(line -> line.startsWith("processor")).count();
    } catch (IOException | UncheckedIOException absent) {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  /** Hypervisors hide the model's name; family, model and stepping still tell it. */
  private static String cpu() {
    return field("/proc/cpuinfo", "model name")
        + ", family "
        + field("/proc/cpuinfo", "cpu family")
        + ", model "
        + field("/proc/cpuinfo", "model\t")
        + ", stepping "
        + field("/proc/cpuinfo", "stepping");
  }

  private static String field(String file, String name) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        if (line.startsWith(name)) {
          return line.substring(line.indexOf(':') + 1).replace(" kB", "").trim();
        }
      }
    } catch (IOException absent) {
      // Not Linux: the architecture is what is left to tell.
    }
    return System.getProperty("os.arch");
  }

  /** The commit that was measured, with a mark where the working tree differs from it. */
  public static String commit() throws IOException, InterruptedException {
    Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
    String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    return git.waitFor() == 0 ? output : "unknown";
  }
}
