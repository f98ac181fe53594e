package org.estafette.actor.reproduce;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.actor.record.Report;
import org.estafette.simulation.experiment.Experiment;
import org.estafette.simulation.experiment.Findings;

/** Verdict, curves and tables as one page that needs no network. Charts by uPlot, as in reports. */
final class FiguresPage {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z.]+)}}");

  private FiguresPage() {}

  static String html(Experiment experiment, Findings findings, String how) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", escape(experiment.name()) + " · Estafette");
    parts.put("css", resource(Report.class, "report.css"));
    parts.put("js", resource(FiguresPage.class, "figures.js"));
    parts.put("uplot.css", resource(Report.class, "uplot/uPlot.min.css"));
    parts.put("uplot.js", resource(Report.class, "uplot/uPlot.iife.min.js"));
    parts.put("uplot.licence", resource(Report.class, "uplot/LICENSE"));
    parts.put("data", data(findings));
    parts.put("body", body(experiment, findings, how));
    return PLACEHOLDER
        .matcher(resource(Report.class, "report.html"))
        .replaceAll(match -> Matcher.quoteReplacement(parts.getOrDefault(match.group(1), "")));
  }

  private static String body(Experiment experiment, Findings findings, String how) {
    StringBuilder page = new StringBuilder();
    page.append("<header><div class=brand>").append(resource(Report.class, "logo.svg"));
    page.append("Estafette</div><h1>")
        .append(escape(experiment.name()))
        .append("</h1><div class=sub>");
    page.append(escape(experiment.about())).append("<br>").append(escape(how));
    page.append("</div></header><main><div class=grid>");
    page.append("<section class='card wide'><h2>Verdict</h2><p>");
    page.append(findings.hold() ? "All claims hold." : "Not all claims hold.").append("</p>");
    List<List<String>> rows = new ArrayList<>();
    for (Findings.Claim claim : findings.claims()) {
      rows.add(List.of(claim.holds() ? "holds" : "FAILS", claim.text(), claim.measured()));
    }
    table(page, List.of("", "claim", "measured"), rows);
    page.append("</section>");
    for (int i = 0; i < findings.figures().size(); i++) {
      Findings.Figure figure = findings.figures().get(i);
      page.append("<section class='card wide'><h2>").append(escape(figure.title()));
      page.append("</h2><p>").append(escape(figure.y() + " against " + figure.x()));
      page.append("</p><div class=chart data-figure=").append(i).append("></div></section>");
    }
    for (Findings.Table table : findings.tables()) {
      page.append("<section class='card wide nowrap'><h2>").append(escape(table.title()));
      page.append("</h2>");
      table(
          page,
          table.columns(),
          table.rows().stream().map(row -> row.stream().map(Cells::text).toList()).toList());
      page.append("</section>");
    }
    page.append("</div></main><footer>Written by Estafette. Charts by uPlot (MIT).");
    return page.append(" Drag on a chart to zoom, double-click to go back.</footer>").toString();
  }

  private static void table(StringBuilder page, List<String> heads, List<List<String>> rows) {
    page.append("<div class=scroll><table><thead><tr>");
    heads.forEach(h -> page.append("<th>").append(escape(h)).append("</th>"));
    page.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      page.append("<tr>");
      row.forEach(cell -> page.append("<td>").append(escape(cell)).append("</td>"));
      page.append("</tr>");
    }
    page.append("</tbody></table></div>");
  }

  /** For each figure one column of x and one of y a curve, with gaps where a curve has no point. */
  private static String data(Findings findings) {
    List<Map<String, Object>> figures = new ArrayList<>();
    for (Findings.Figure figure : findings.figures()) {
      TreeSet<Double> xs = new TreeSet<>();
      figure.series().forEach(s -> xs.addAll(s.x()));
      List<Object> columns = new ArrayList<>();
      columns.add(List.copyOf(xs));
      for (Findings.Series s : figure.series()) {
        Map<Double, Double> at = new LinkedHashMap<>();
        for (int i = 0; i < s.x().size(); i++) {
          at.put(s.x().get(i), s.y().get(i));
        }
        List<Object> column = new ArrayList<>();
        for (double x : xs) {
          Double y = at.get(x);
          boolean drawn = y != null && Double.isFinite(y) && (!figure.logY() || y > 0);
          column.add(drawn ? y : null);
        }
        columns.add(column);
      }
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("x", figure.x());
      one.put("y", figure.y());
      one.put("logX", figure.logX());
      one.put("logY", figure.logY());
      one.put("names", figure.series().stream().map(Findings.Series::name).toList());
      one.put("columns", columns);
      figures.add(one);
    }
    try {
      return new ObjectMapper().writeValueAsString(figures).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures cannot be written as JSON", e);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String resource(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new IllegalStateException("the resource " + name + " cannot be read", e);
    }
  }
}
