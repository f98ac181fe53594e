package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.peer.Law;
import org.estafette.memory.Precision;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.ConnectivityInspector;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * 3. A node of a relay tree is killed: an inner one, a leaf, the root; on chain and binary tree.
 */
class FaultTest03KilledRelayNodeSimTest {
  private static final double DIES_BEFORE = 40;

  private static PeerRig rig(String tree, PeerPlan.Pace pace) {
    int rounds = pace == PeerPlan.Pace.ASYNCHRONOUS ? 600 : 450;
    return new PeerRig(
        Surroundings.relay(
            RelayTree.of(Topologies.named(tree, PeerRig.N, TopologyOptions.defaults()), 0)),
        PeerPlan.of(1, 1, rounds).withPace(pace).withPatience(1),
        () -> new RelaySgd(Fill.HOLD, PeerRig.DIMENSION, Precision.FLOAT64),
        new Law.RelayedModels(Fill.HOLD),
        t -> 0.1,
        DIES_BEFORE + 30);
  }

  @ParameterizedTest
  @EnumSource(PeerPlan.Pace.class)
  void theTreeShouldBeRepairedAndTheSurvivorsAgreeOnTheirOwnOptimum(PeerPlan.Pace pace) {
    Seeds.each(
        2 * PeerRig.N,
        getClass(),
        seed -> {
          String tree = seed % 2 == 0 ? "binary-tree" : "chain";
          int victim = (int) (seed / 2 % PeerRig.N);
          double dies = 1 + (DIES_BEFORE - 10) * CounterRandom.uniform(seed, 1);
          PeerSimulationPlan network =
              PeerRig.network(
                      ServerRig.plan(
                          seed,
                          ServerRig.at(
                              dies,
                              new Fault.Kill(PeerId.worker(victim), Double.POSITIVE_INFINITY))))
                  .dying(0.5 + 3 * CounterRandom.uniform(seed, 2), List.of());
          PeerRig.Outcome run = rig(tree, pace).run(network).good();
          assertThat(run.live()).hasSize(PeerRig.N - 1).doesNotContain(victim);
          spans(run);
          // 0 + 1 + … + 6 without the victim's number, over six workers.
          run.around((21.0 - victim) / 6, 1e-5);
        });
  }

  /** What the survivors say of their neighbours is one spanning tree: JGraphT is the judge. */
  private static void spans(PeerRig.Outcome run) {
    Map<Integer, List<PeerId>> newest = new HashMap<>();
    run.decisions().stream()
        .filter(Decision.Rewired.class::isInstance)
        .map(Decision.Rewired.class::cast)
        .forEach(r -> newest.put(r.worker().slot(), r.neighbours()));
    Graph<Integer, DefaultEdge> graph = new SimpleGraph<>(DefaultEdge.class);
    run.live().forEach(graph::addVertex);
    for (int slot : run.live()) {
      for (PeerId neighbour : newest.get(slot)) {
        assertThat(new TreeSet<>(newest.get(neighbour.slot())))
            .as("worker %d and %s know each other", slot, neighbour)
            .contains(PeerId.worker(slot));
        graph.addEdge(slot, neighbour.slot());
      }
    }
    assertThat(graph.edgeSet()).hasSize(graph.vertexSet().size() - 1);
    assertThat(new ConnectivityInspector<>(graph).isConnected()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerPlan.Pace.class,
      names = {"SYNCHRONOUS", "OVERLAPPED"})
  void whoComesBackShouldBeCountedAgain(PeerPlan.Pace pace) {
    Seeds.each(
        PeerRig.N,
        getClass(),
        seed -> {
          double dies = 1 + 20 * CounterRandom.uniform(seed, 1);
          FaultPlan faults =
              ServerRig.plan(
                  seed, ServerRig.at(dies, new Fault.Kill(PeerId.worker((int) seed), 5)));
          PeerRig.Outcome run =
              rig("binary-tree", pace).run(PeerRig.network(faults).dying(1, List.of())).good();
          run.around(3, 1e-5);
        });
  }
}
