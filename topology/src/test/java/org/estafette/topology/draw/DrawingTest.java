package org.estafette.topology.draw;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.estafette.topology.Graph;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

final class DrawingTest {
  static java.util.List<String> kinds() {
    return Topologies.kinds().stream().filter(k -> !k.equals("edges")).toList();
  }

  private static Graph graph(String kind) {
    return Topologies.named(kind, kind.startsWith("social") ? 32 : 16, TopologyOptions.defaults());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldDrawEveryNodeAndEdgeWithoutCoveringAnother(String kind) throws Exception {
    Graph graph = graph(kind);
    Layout layout = Layouts.of(kind, graph);
    String svg = SvgDrawing.of(graph, layout, "a <b> & c");
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(page.getElementsByTagName("circle").getLength()).isEqualTo(graph.size());
    assertThat(page.getElementsByTagName("line").getLength()).isEqualTo(graph.edges().size());
    assertThat(page.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("a <b> & c");
    for (int i = 0; i < graph.size(); i++) {
      assertThat(layout.x()[i]).isBetween(0.0, 1.0);
      assertThat(layout.y()[i]).isBetween(0.0, 1.0);
      for (int j = 0; j < i; j++) {
        double apart =
            Math.hypot(
                layout.x()[i] - layout.x()[j], layout.aspect() * (layout.y()[i] - layout.y()[j]));
        assertThat(apart).as(kind + ": " + i + " and " + j).isGreaterThan(0.02);
      }
    }
  }

  @Test
  void shouldDrawAChainAsALine() {
    Graph chain = Topologies.named("chain", 5, TopologyOptions.defaults());
    assertThat(TerminalDrawing.of(chain, Layouts.of("chain", chain), 22).orElseThrow())
        .matches("0⠤+1⠤+2⠤+3⠤+4\n");
  }

  @Test
  void shouldShowEveryNumberInTheTerminal() {
    Graph tree = graph("binary-tree");
    String drawn = TerminalDrawing.of(tree, Layouts.of("binary-tree", tree), 60).orElseThrow();
    for (int i = 0; i < 16; i++) {
      assertThat(drawn).containsPattern("(?<![0-9])" + i + "(?![0-9])");
    }
    assertThat(drawn.lines()).allSatisfy(l -> assertThat(l.length()).isLessThanOrEqualTo(60));
  }

  @Test
  void shouldNotTryWhatCannotBeSeen() {
    Graph dense = graph("complete");
    assertThat(TerminalDrawing.of(dense, Layouts.of("complete", dense), 60)).isEmpty();
  }
}
