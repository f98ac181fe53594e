package org.estafette.actor.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One {@code estafette train} in a process of its own. */
final class Launched implements AutoCloseable {
  private final Path folder;
  private final Path output;
  private final Process process;
  private final Thread atExit = new Thread(this::end, "soak-end");

  /**
   * Starts it.
   *
   * @param command this program's own, up to the command line
   * @param folder of the run
   * @param output what it prints
   */
  Launched(List<String> command, List<String> options, Path folder, Path output)
      throws IOException {
    this.folder = folder;
    this.output = output;
    List<String> all = new ArrayList<>(command);
    all.add("train");
    all.addAll(options);
    all.addAll(List.of("--out", folder.toString(), "--plain"));
    this.process =
        new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    // Whoever ends the soak ends its run too: a run of processes outlives the one that started it.
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Its exit status; null where it has not ended within {@code seconds}. */
  @Nullable Integer await(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS) ? (Integer) process.exitValue() : null;
  }

  /** What the run's end says. */
  JsonNode summary() throws IOException {
    Path summary = folder.resolve("summary.json");
    if (!Files.isRegularFile(summary)) {
      throw new IOException("no " + summary + "; " + output + " ends with: " + lastLines());
    }
    return new ObjectMapper().readTree(summary.toFile());
  }

  private String lastLines() throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  /** Ends it and all that it has started, by force in the end. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM ends already, and the hook has done it or does it now.
    }
  }

  private void end() {
    if (!process.isAlive()) {
      return;
    }
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
