package org.estafette.actor.reproduce;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.estafette.simulation.experiment.Experiment;
import org.estafette.simulation.experiment.Findings;

/**
 * What an experiment found, in a folder: a CSV file a table, {@code tables.md}, {@code verdict.md},
 * {@code verdict.json} and {@code figures.html}.
 */
public final class FindingsFolder {
  private FindingsFolder() {}

  /**
   * Writes all of it; files of an earlier run of the same experiment are replaced.
   *
   * @param how how it was run, in words
   * @throws IOException where something cannot be written
   */
  public static void write(Path folder, Experiment experiment, Findings findings, String how)
      throws IOException {
    Files.createDirectories(folder);
    for (Findings.Table table : findings.tables()) {
      Files.writeString(folder.resolve(table.name() + ".csv"), csv(table));
    }
    Files.writeString(folder.resolve("tables.md"), tables(experiment, findings, how));
    Files.writeString(folder.resolve("verdict.md"), verdict(experiment, findings, how));
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("experiment", experiment.name());
    root.put("about", experiment.about());
    root.put("how", how);
    root.put("holds", findings.hold());
    root.put("claims", findings.claims());
    Files.writeString(folder.resolve("verdict.json"), json.writeValueAsString(root) + "\n");
    Files.writeString(folder.resolve("figures.html"), FiguresPage.html(experiment, findings, how));
  }

  private static String csv(Findings.Table table) {
    List<String> lines = new ArrayList<>();
    lines.add(table.columns().stream().map(Cells::csv).collect(Collectors.joining(",")));
    for (List<Object> row : table.rows()) {
      lines.add(row.stream().map(Cells::csv).collect(Collectors.joining(",")));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String tables(Experiment experiment, Findings findings, String how) {
    StringBuilder text = new StringBuilder("# " + experiment.name() + "\n\n");
    text.append(experiment.about()).append("\n\n").append(how).append("\n");
    for (Findings.Table table : findings.tables()) {
      text.append("\n## ").append(table.title()).append("\n\n");
      text.append("| ").append(String.join(" | ", table.columns())).append(" |\n");
      text.append("|").append("---|".repeat(table.columns().size())).append("\n");
      for (List<Object> row : table.rows()) {
        text.append(row.stream().map(Cells::text).collect(Collectors.joining(" | ", "| ", " |\n")));
      }
    }
    return text.toString();
  }

  private static String verdict(Experiment experiment, Findings findings, String how) {
    StringBuilder text = new StringBuilder("# Verdict: " + experiment.name() + "\n\n");
    text.append(experiment.about()).append("\n\n").append(how).append("\n\n");
    text.append(findings.hold() ? "All claims hold.\n\n" : "**Not all claims hold.**\n\n");
    text.append("| | claim | measured |\n|---|---|---|\n");
    for (Findings.Claim claim : findings.claims()) {
      text.append("| ")
          .append(claim.holds() ? "holds" : "**FAILS**")
          .append(" | ")
          .append(claim.text())
          .append(" | ")
          .append(claim.measured())
          .append(" |\n");
    }
    return text.toString();
  }
}
