package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.estafette.actor.cli.topology.GraphRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code estafette topology} prints, writes and returns. */
final class TopologyCommandTest {
  private record Result(int status, String out, String err) {}

  private static Result call(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    ByteArrayOutputStream e = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
      String[] all = new String[args.length + 1];
      all[0] = "topology";
      System.arraycopy(args, 0, all, 1, args.length);
      int status = Main.commandLine().execute(all);
      return new Result(
          status, o.toString(StandardCharsets.UTF_8), e.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void shouldTellWhatARingDoesAndDrawIt() {
    Result r = call("ring", "--n", "8");
    assertThat(r.status()).as(r.err()).isZero();
    assertThat(r.out())
        .startsWith("ring, n=8")
        .containsPattern("λ_min +-0.3333")
        .containsPattern("n_W\\(0.99\\) +\\d")
        .contains("relay over a spanning tree from node 0")
        .contains("refused  d2: D² diverges")
        .contains("exact-diffusion")
        .contains("7")
        .contains("⠤");
  }

  @Test
  void shouldTellTheDelaysOfATree() {
    Result r = call("chain", "--n", "8");
    assertThat(r.out())
        .containsPattern("τ_max +6 .*overlapped 7")
        .containsPattern("κ +2.750 .*overlapped 3.625")
        .containsPattern("m/p +91.2");
  }

  @Test
  void shouldMeasureEveryKindThatHelpLists(@TempDir Path dir) throws Exception {
    Path edges = Files.writeString(dir.resolve("edges.txt"), "0 1\n1 2\n");
    String help = call("--help").out().replaceAll("\\s+", " ");
    for (String kind : GraphRequest.kinds()) {
      assertThat(help).contains(kind);
      Result r =
          kind.equals("edges") ? call(kind, "--edges", edges.toString()) : call(kind, "--json");
      assertThat(r.status()).as(kind + ": " + r.err()).isZero();
    }
  }

  @Test
  void shouldPrintJsonAloneAndDrawIntoAFile(@TempDir Path dir) throws Exception {
    Path svg = dir.resolve("graph.svg");
    Result r =
        call("random-regular", "--n", "12", "--degree", "4", "--json", "--svg", svg.toString());
    JsonNode json = new ObjectMapper().readTree(r.out());
    assertThat(json.at("/shape/max_degree").asInt()).isEqualTo(4);
    assertThat(json.at("/shape/edges").asInt()).isEqualTo(24);
    assertThat(json.get("edges")).hasSize(24);
    assertThat(json.at("/averaging/lambda_min").asDouble()).isBetween(-1.0, 1.0);
    assertThat(json.at("/averaging/effective_neighbours/0.9/mean").asDouble()).isBetween(1.0, 12.0);
    assertThat(json.at("/advice/relay/verdict").asText()).isEqualTo("refused");
    assertThat(json.at("/advice/relay/remedy").asText()).contains("spanning tree");
    assertThat(json.at("/advice/gossip/verdict").asText()).isEqualTo("ok");
    assertThat(r.err()).contains("graph.svg");
    assertThat(svg).content().startsWith("<svg").contains("</svg>");
  }

  @Test
  void shouldAnswerForTheSmallestGraphsOrSayWhyNot() {
    for (String kind : GraphRequest.kinds()) {
      for (String n : new String[] {"1", "2", "3", "4", "6"}) {
        if (!kind.equals("edges")) {
          Result r = call(kind, "--n", n);
          assertThat(r.status()).as(kind + " " + n + ": " + r.err()).isIn(0, 2);
          assertThat(r.out()).as(kind + " " + n).doesNotContain("NaN");
          assertThat(r.status() == 0 || r.err().contains("expected")).isTrue();
        }
      }
    }
    for (String kind : new String[] {"chain", "ring", "star", "complete", "two-cliques"}) {
      assertThat(call(kind, "--n", "1").status()).as(kind).isZero();
    }
  }

  @Test
  void shouldFollowTheSeed() {
    String[] first = {"erdos-renyi", "--n", "20", "--json", "--seed", "3"};
    assertThat(call(first).out()).isEqualTo(call(first).out());
    assertThat(call(first).out())
        .isNotEqualTo(call("erdos-renyi", "--n", "20", "--json", "--seed", "4").out());
  }

  @Test
  void shouldFindASafeWeightForD2() {
    assertThat(call("ring", "--n", "16", "--weights", "0.323").out())
        .doesNotContain("refused  d2")
        .containsPattern("ok +gossip, d2");
  }

  @Test
  void shouldReturnTwoForWhatCannotBe() {
    assertThat(call("rinng").status()).isEqualTo(ExitStatus.USAGE.code()).isEqualTo(2);
    assertThat(call("rinng").err()).contains("estafette:").contains("did you mean ring?");
    assertThat(call("hypercube", "--n", "12").err()).contains("power of two");
    assertThat(call("ring", "--n", "0").status()).isEqualTo(2);
    assertThat(call("ring", "--weights", "heavy").err()).contains("weights=heavy");
    assertThat(call("edges").err()).contains("--edges FILE");
    assertThat(call().status()).isEqualTo(2);
  }

  @Test
  void shouldNameTheLineOfAnEdgeThatIsNone(@TempDir Path dir) throws Exception {
    Path edges = Files.writeString(dir.resolve("links.txt"), "0 1\nnonsense\n");
    Result r = call("edges", "--edges", edges.toString());
    assertThat(r.status()).isEqualTo(2);
    assertThat(r.err()).contains("links.txt, line 2").contains("nonsense");
    assertThat(call("ring", "--edges", edges.toString()).status()).isEqualTo(2);
    assertThat(call("edges", "--edges", dir.resolve("none").toString()).status())
        .isEqualTo(ExitStatus.DATA.code());
  }
}
