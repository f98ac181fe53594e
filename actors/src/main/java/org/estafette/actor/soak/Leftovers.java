package org.estafette.actor.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.estafette.channel.ShmCheck;

/** What a run has left on this machine that it should not have. */
final class Leftovers {
  private final Set<String> sharedMemory;
  private final Path folder;

  private Leftovers(Set<String> sharedMemory, Path folder) {
    this.sharedMemory = sharedMemory;
    this.folder = folder;
  }

  /**
   * Remembers what is there before.
   *
   * @param folder of the run: its processes are started with it, or are children of those
   */
  static Leftovers before(Path folder) throws IOException {
    return new Leftovers(sharedMemory(), folder);
  }

  /**
   * What is there now and was not before, in words; empty where all is well.
   *
   * @param processes that belonged to the run
   * @param run its number in hexadecimal, which the names of its shared memory have in them; empty
   *     where it is not known
   */
  List<String> now(Set<ProcessHandle> processes, String run) throws IOException {
    List<String> left = new ArrayList<>();
    for (ProcessHandle p : processes) {
      if (p.isAlive()) {
        left.add("process " + p.pid());
      }
    }
    String name = folder.toAbsolutePath().toString();
    Set<ProcessHandle> own = new HashSet<>();
    for (ProcessHandle p = ProcessHandle.current(); p != null; p = p.parent().orElse(null)) {
      own.add(p); // Whoever started this one may have named the folder, too.
    }
    ProcessHandle.allProcesses()
        .filter(p -> !own.contains(p))
        .filter(p -> p.info().commandLine().map(c -> c.contains(name)).orElse(false))
        .forEach(p -> left.add("process " + p.pid() + " of " + name));
    for (String entry : sharedMemory()) {
      if (!sharedMemory.contains(entry) && entry.contains(run)) {
        left.add(ShmCheck.sharedMemory().resolve(entry).toString());
      }
    }
    return left;
  }

  private static Set<String> sharedMemory() throws IOException {
    try (Stream<Path> files = Files.list(ShmCheck.sharedMemory())) {
      Set<String> names = new TreeSet<>();
      files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.startsWith("estafette-"))
          .forEach(names::add);
      return names;
    }
  }
}
