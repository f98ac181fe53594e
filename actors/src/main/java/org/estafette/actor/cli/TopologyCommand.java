package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.estafette.actor.cli.topology.GraphRequest;
import org.estafette.actor.cli.topology.ReportText;
import org.estafette.actor.cli.topology.Survey;
import org.estafette.actor.cli.topology.TopologyReport;
import org.estafette.actor.config.ConfigException;
import org.estafette.topology.Edge;
import org.estafette.topology.EdgeList;
import org.estafette.topology.Graph;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.estafette.topology.draw.Layout;
import org.estafette.topology.draw.Layouts;
import org.estafette.topology.draw.SvgDrawing;
import org.estafette.topology.draw.TerminalDrawing;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a graph does to averaging, and draws it. */
@Command(
    name = "topology",
    description =
        "Tells what a graph does to averaging: eigenvalues, effective neighbours, relay delays, and"
            + " which methods cannot work on it. Draws it too.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette topology ring --n 16",
      "  estafette topology random-regular --n 32 --degree 4 --seed 7 --svg graph.svg",
      "  estafette topology edges --edges links.txt      one edge a line: 0 3",
    })
final class TopologyCommand implements Callable<Integer> {
  private static final int COLUMNS = 60;

  /** What help lists. */
  static final class Kinds extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Kinds() {
      super(GraphRequest.kinds());
    }
  }

  @Parameters(
      paramLabel = "KIND",
      completionCandidates = Kinds.class,
      description = "One of ${COMPLETION-CANDIDATES}.")
  String kind = "";

  @Option(
      names = "--n",
      paramLabel = "N",
      description = "Nodes. Default: 16; 32 for social; as many as --edges names.")
  @Nullable Integer n;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of random-regular and erdos-renyi. Default: ${DEFAULT-VALUE}.")
  long seed = TopologyOptions.defaults().seed();

  @Option(
      names = "--degree",
      paramLabel = "D",
      description = "Neighbours of each node of random-regular. Default: ${DEFAULT-VALUE}.")
  int degree = TopologyOptions.defaults().degree();

  @Option(
      names = "--probability",
      paramLabel = "P",
      description = "Of each edge of erdos-renyi. Default: 2 ln n / n.")
  double probability;

  @Option(
      names = "--rows",
      paramLabel = "R",
      description = "Of the torus. Default: as square as can be.")
  int rows;

  @Option(
      names = "--root",
      paramLabel = "NODE",
      description = "Of social-tree. Default: ${DEFAULT-VALUE}.")
  int root;

  @Option(
      names = "--edges",
      paramLabel = "FILE",
      description = "Edges of the kind \"edges\": one a line, two numbers from 0, # for remarks.")
  @Nullable Path edges;

  @Option(
      names = "--weights",
      paramLabel = "W",
      description =
          "metropolis-hastings, max-degree, lazy, or a number for every edge. Default:"
              + " ${DEFAULT-VALUE}.")
  String weights = GraphRequest.METROPOLIS;

  @Option(names = "--json", description = "As JSON on standard output, without the drawing.")
  boolean json;

  @Option(names = "--svg", paramLabel = "FILE", description = "Draws the graph into a file.")
  @Nullable Path svg;

  @Override
  public Integer call() throws IOException {
    GraphRequest request;
    TopologyReport report;
    Graph graph;
    try {
      request = request();
      graph = request.graph();
      report = Survey.of(request);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
    Layout layout = Layouts.of(request.kind(), graph);
    PrintStream notes = json ? System.err : System.out;
    if (json) {
      System.out.println(report.toJson());
    } else {
      ReportText.of(report).forEach(System.out::println);
      System.out.println();
      TerminalDrawing.of(graph, layout, COLUMNS)
          .ifPresentOrElse(System.out::print, () -> System.out.println(tooMuch()));
    }
    if (svg != null) {
      String title = request.kind() + ", n=" + graph.size();
      Files.writeString(svg, SvgDrawing.of(graph, layout, title), StandardCharsets.UTF_8);
      notes.println("  drawn     " + svg);
    }
    return ExitStatus.OK.code();
  }

  private String tooMuch() {
    return "too much to draw in characters" + (svg == null ? " (--svg FILE draws it)" : "");
  }

  private GraphRequest request() throws IOException {
    List<Edge> given = edges == null ? List.of() : read(edges);
    String name = Topologies.canonical(kind);
    if (name.equals("edges") != (edges != null)) {
      throw new IllegalArgumentException(
          edges == null
              ? "topology=edges (expected --edges FILE, one edge a line)"
              : "--edges " + edges + " (expected only with the kind edges, was " + kind + ")");
    }
    TopologyOptions options = new TopologyOptions(seed, degree, probability, rows, root, given);
    return new GraphRequest(kind, n == null ? usual(name, given) : n, options, weights);
  }

  private static int usual(String name, List<Edge> given) {
    return switch (name) {
      case "social", "social-tree" -> 32;
      case "edges" -> EdgeList.nodes(given);
      default -> 16;
    };
  }

  private static List<Edge> read(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException("--edges " + file + " cannot be read (expected a file of edges)");
    }
    try {
      return EdgeList.parse(Files.readAllLines(file));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ", " + e.getMessage(), e);
    }
  }
}
