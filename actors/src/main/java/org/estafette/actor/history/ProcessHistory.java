package org.estafette.actor.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.estafette.history.Fact;

/**
 * What one process wrote.
 *
 * @param file where
 * @param process its name
 * @param run number of the run
 * @param oneByOne whether each push makes a version of its own
 * @param facts in the order in which they were written
 * @param closed whether the process came to its end; otherwise it was killed, or still runs, and
 *     what it saw last may be missing
 * @param torn whether a part of a last line was left out
 */
record ProcessHistory(
    Path file,
    String process,
    long run,
    boolean oneByOne,
    List<Fact> facts,
    boolean closed,
    boolean torn) {

  /**
   * Reads a file.
   *
   * @throws DamagedHistoryException where a line before the last is no fact, or was changed
   * @throws IOException where it cannot be read
   */
  static ProcessHistory read(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    String text = new String(content, StandardCharsets.UTF_8);
    boolean whole = text.endsWith("\n");
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (!whole && !lines.isEmpty()) {
      lines.removeLast(); // Its process was killed while it wrote.
    }
    if (lines.isEmpty()) {
      return new ProcessHistory(file, "", 0, true, List.of(), false, !whole);
    }
    List<Fact> facts = new ArrayList<>();
    String sum = "";
    boolean closed = false;
    ObjectNode first = FactLine.JSON.createObjectNode();
    for (int i = 0; i < lines.size(); i++) {
      ObjectNode line = parse(file, i + 1, lines.get(i));
      String seen = line.path(HistoryFile.SUM).asText();
      line.remove(HistoryFile.SUM);
      sum = HistoryFile.sum(sum, line.toString());
      if (!sum.equals(seen)) {
        throw new DamagedHistoryException(
            file,
            i + 1,
            "sum=" + seen + " (expected " + sum + "): it, or a line before, was changed");
      }
      if (i == 0) {
        first = line;
        if (line.path("schema").asInt() != HistoryFile.SCHEMA) {
          throw new DamagedHistoryException(
              file, 1, "schema=" + line.path("schema") + " (expected " + HistoryFile.SCHEMA + ")");
        }
      } else if (line.path("fact").asText().equals("end")) {
        closed = true;
      } else {
        facts.add(fact(file, i + 1, line));
      }
    }
    return new ProcessHistory(
        file,
        first.path("process").asText(),
        first.path("run").asLong(),
        first.path("one_by_one").asBoolean(),
        List.copyOf(facts),
        closed,
        !whole);
  }

  private static ObjectNode parse(Path file, int number, String line) throws IOException {
    try {
      if (FactLine.JSON.readTree(line) instanceof ObjectNode o) {
        return o;
      }
    } catch (JsonProcessingException e) {
      throw new DamagedHistoryException(file, number, "no JSON: " + e.getOriginalMessage());
    }
    throw new DamagedHistoryException(file, number, "no JSON object");
  }

  private static Fact fact(Path file, int number, JsonNode line) throws IOException {
    try {
      return FactLine.read(line);
    } catch (IOException e) {
      throw new DamagedHistoryException(file, number, String.valueOf(e.getMessage()));
    }
  }
}
