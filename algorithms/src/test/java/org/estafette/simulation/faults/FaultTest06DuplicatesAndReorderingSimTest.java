package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.Fact;
import org.estafette.history.peer.Law;
import org.estafette.memory.Precision;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;

/** 6. Whole messages come twice and out of order. */
class FaultTest06DuplicatesAndReorderingSimTest {
  private static FaultPlan faults(long seed) {
    return ServerRig.plan(
        seed,
        ServerRig.at(1, new Fault.Duplicate(0.3, 5000)),
        ServerRig.at(1, new Fault.Delay(0.4, 5000)));
  }

  @Test
  void synchronousRoundsShouldEndBitForBitAsWithoutThem() {
    ServerRig.Outcome clean = ServerRig.synchronous(FaultPlan.NONE).good();
    Seeds.each(
        40,
        getClass(),
        seed -> {
          ServerRig.Outcome run = ServerRig.synchronous(faults(seed)).good();
          assertThat(run.parameters()).containsExactly(clean.parameters());
          duplicatesAreCounted(run);
        });
  }

  @Test
  void anAsynchronousServerShouldCountEachDuplicate() {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        40,
        getClass(),
        seed -> {
          ServerRig.Outcome run = ServerRig.asynchronous(faults(seed)).good();
          run.within(5, control);
          duplicatesAreCounted(run);
        });
  }

  private static void duplicatesAreCounted(ServerRig.Outcome run) {
    long injected = run.facts().stream().filter(Fact.Doubled.class::isInstance).count();
    assertThat(injected).isPositive();
    assertThat((long) run.refused().getOrDefault(Refusal.DUPLICATE, 0)).isEqualTo(injected);
  }

  @Test
  void roundsBetweenWorkersShouldEndBitForBitAsWithoutThem() {
    shouldBeTheSame(
        () -> new RelaySgd(Fill.HOLD, 3, Precision.FLOAT64),
        tree(),
        new Law.RelayedModels(Fill.HOLD));
    shouldBeTheSame(() -> new RelayGrad(3, Precision.FLOAT64), tree(), new Law.RelayedGradients());
    shouldBeTheSame(gossip(new GossipOptions.Dp(false)), ring(), new Law.Mixing(false, false));
    shouldBeTheSame(gossip(new GossipOptions.Corrected(true)), ring(), new Law.Mixing(true, false));
    shouldBeTheSame(gossip(new GossipOptions.Tracked()), ring(), new Law.Mixing(true, true));
  }

  private static Supplier<PeerMethod> gossip(GossipOptions options) {
    return () -> GossipMethods.make(options, 3, Precision.FLOAT64);
  }

  private static Surroundings tree() {
    return Surroundings.relay(
        RelayTree.of(Topologies.named("binary-tree", PeerRig.N, TopologyOptions.defaults()), 0));
  }

  private static Surroundings ring() {
    return Surroundings.gossip(
        Topologies.named("ring", PeerRig.N, TopologyOptions.defaults()),
        MixingMatrix::metropolisHastings);
  }

  private void shouldBeTheSame(Supplier<PeerMethod> method, Surroundings graph, Law law) {
    PeerRig rig =
        new PeerRig(graph, PeerPlan.of(1, 1, 60), method, law, t -> 0.02, Double.POSITIVE_INFINITY);
    List<double[]> clean = rig.run(PeerRig.network(FaultPlan.NONE)).good().parameters();
    Seeds.each(
        6,
        getClass(),
        seed -> {
          PeerRig.Outcome run = rig.run(PeerRig.network(faults(seed))).good();
          for (int i = 0; i < clean.size(); i++) {
            assertThat(run.parameters().get(i)).containsExactly(clean.get(i));
          }
          assertThat(run.tally().duplicated()).isPositive();
          assertThat(run.refused().values().stream().mapToLong(n -> n).sum())
              .as("refused: %s", run.refused())
              .isEqualTo(run.tally().duplicated());
        });
  }
}
