package org.estafette.topology.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class AdvisorTest {
  private static Graph graph(String kind, int n) {
    return Topologies.named(kind, n, TopologyOptions.defaults());
  }

  private static Advice judge(Method method, String kind, int n) {
    return Advisor.judge(Plan.of(method, graph(kind, n)));
  }

  @ParameterizedTest
  @CsvSource({"ring,16", "torus,16", "hypercube,32", "social,32", "binary-tree,32"})
  void shouldRefuseD2WhereItDivergesAndSayWhatWorks(String kind, int n) {
    Advice advice = judge(Method.D2, kind, n);
    assertThat(advice).isInstanceOf(Advice.Refused.class);
    assertThat(advice.toString())
        .startsWith("refused: D² diverges where λ_min ≤ −1/3")
        .contains("(W + I) / 2")
        .contains("exact-diffusion");
    assertThat(judge(Method.EXACT_DIFFUSION, kind, n)).isEqualTo(new Advice.Ok());
    assertThat(judge(Method.GOSSIP, kind, n)).isEqualTo(new Advice.Ok());
    Graph graph = graph(kind, n);
    Plan lazy = new Plan(Method.D2, graph, MixingMatrix.metropolisHastings(graph).lazy());
    assertThat(Advisor.judge(lazy)).isEqualTo(new Advice.Ok());
  }

  @Test
  void shouldAllowD2OnAnEvenRingWithSmallerWeights() {
    Graph ring = graph("ring", 16);
    Plan plan = new Plan(Method.D2, ring, MixingMatrix.edgeWeight(ring, 1.0 / 3 - 0.01));
    assertThat(Advisor.judge(plan)).isEqualTo(new Advice.Ok());
    Plan exact = new Plan(Method.D2, ring, MixingMatrix.edgeWeight(ring, 1.0 / 3));
    assertThat(Advisor.judge(exact).refused()).isTrue();
  }

  @Test
  void shouldWarnOfD2NearItsLimit() {
    assertThat(judge(Method.D2, "chain", 32)).isInstanceOf(Advice.Warning.class);
    assertThat(judge(Method.D2, "chain", 8)).isEqualTo(new Advice.Ok());
    assertThat(judge(Method.D2, "complete", 8)).isEqualTo(new Advice.Ok());
  }

  @Test
  void shouldSendRelaysToASpanningTree() {
    Advice advice = judge(Method.RELAY, "ring", 8);
    assertThat(advice.refused()).isTrue();
    assertThat(advice.toString()).contains("expected 7 edges").contains("spanning tree");
    assertThat(judge(Method.RELAY, "chain", 8)).isEqualTo(new Advice.Ok());
    assertThat(judge(Method.RELAY_GRAD, "star", 32)).isEqualTo(new Advice.Ok());
    assertThat(judge(Method.RELAY_GRAD, "chain", 32).toString())
        .startsWith("warning")
        .contains("τ_max=30");
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void shouldRefuseEveryMethodOnAGraphInParts(Method method) {
    Graph parts = Graph.of(4, List.of(new Edge(0, 1), new Edge(2, 3)));
    Advice advice = Advisor.judge(Plan.of(method, parts));
    assertThat(advice.refused()).isTrue();
    assertThat(advice.toString()).contains("2 parts").contains("[0, 1], [2, 3]");
  }

  @Test
  void shouldLookAtTheWeightsOfGossip() {
    Graph star = graph("star", 5);
    Plan drifting = new Plan(Method.GOSSIP, star, MixingMatrix.uniform(star));
    assertThat(Advisor.judge(drifting)).isInstanceOf(Advice.Warning.class);
    Plan losing =
        new Plan(
            Method.GOSSIP,
            star,
            MixingMatrix.columnStochastic(org.estafette.topology.DirectedGraph.of(star)));
    assertThat(Advisor.judge(losing)).isInstanceOf(Advice.Refused.class);
    Graph pair = graph("chain", 2);
    Plan swapping = new Plan(Method.GOSSIP, pair, MixingMatrix.of(2, new double[] {0, 1, 1, 0}));
    assertThat(Advisor.judge(swapping).toString()).contains("never brings all nodes together");
    assertThatThrownBy(() -> new Plan(Method.GOSSIP, star, swapping.mixing()))
        .hasMessageContaining("expected n=5");
  }

  @Test
  void shouldKnowMethodsByTheirNames() {
    assertThat(Method.named("DP_SGD")).isEqualTo(Method.GOSSIP);
    assertThat(Method.named("sgp")).isEqualTo(Method.PUSH_SUM);
    for (Method method : Method.values()) {
      assertThat(Method.named(method.shown())).isEqualTo(method);
    }
    assertThatThrownBy(() -> Method.named("magic")).hasMessageContaining("expected one of relay");
  }
}
