package org.estafette.actor.join;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file with an address a line; empty lines and what follows a {@code #} are for people. */
record SeedFile(Path path) implements JoinSource {
  @Override
  public List<HostPort> look() throws LookupException {
    List<String> lines;
    try {
      lines = Files.readAllLines(path);
    } catch (NoSuchFileException e) {
      throw new LookupException(path + " does not exist yet (expected a HOST:PORT a line)");
    } catch (IOException e) {
      throw new LookupException(path + " cannot be read: " + e);
    }
    List<HostPort> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      if (!line.isEmpty()) {
        int number = i + 1;
        all.add(
            HostPort.parse(line)
                .orElseThrow(() ->
                    new LookupException(
                        path
                            + ":"
                            + number
                            + ": "
                            + JoinSources.no(line)
                            + " (expected a HOST:PORT a line)")));
      }
    }
    if (all.isEmpty()) {
      throw new LookupException(path + " has no address in it (expected a HOST:PORT a line)");
    }
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return "file:" + path;
  }
}
