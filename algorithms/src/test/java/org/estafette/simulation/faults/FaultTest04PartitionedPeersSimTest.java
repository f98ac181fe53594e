package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.peer.Law;
import org.estafette.memory.Precision;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;

/** 4. Workers without a server are cut off from each other, and their messages are lost. */
class FaultTest04PartitionedPeersSimTest {
  private static PeerRig relay(PeerPlan.Pace pace) {
    return new PeerRig(
        Surroundings.relay(
            RelayTree.of(Topologies.named("chain", PeerRig.N, TopologyOptions.defaults()), 0)),
        PeerPlan.of(1, 1, 500).withPace(pace).withPatience(1),
        () -> new RelaySgd(Fill.HOLD, PeerRig.DIMENSION, Precision.FLOAT64),
        new Law.RelayedModels(Fill.HOLD),
        t -> 0.1,
        70);
  }

  private static List<FaultPlan.Timed> cut(double at, double seconds, boolean back) {
    List<FaultPlan.Timed> faults = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (int j = 3; j < PeerRig.N; j++) {
        faults.add(ServerRig.at(at, new Fault.Cut(PeerId.worker(i), PeerId.worker(j), seconds)));
        if (back) {
          faults.add(ServerRig.at(at, new Fault.Cut(PeerId.worker(j), PeerId.worker(i), seconds)));
        }
      }
    }
    return faults;
  }

  @Test
  void aRelayThatWasCutShouldReachTheOptimumOfAllOnceItHeals() {
    Seeds.each(
        9,
        getClass(),
        seed -> {
          double from = 2 + 10 * CounterRandom.uniform(seed, 1);
          double seconds = 10 + 15 * CounterRandom.uniform(seed, 2);
          List<FaultPlan.Timed> faults = new ArrayList<>();
          switch ((int) (seed % 3)) {
            case 0 -> faults.addAll(cut(from, seconds, true));
            case 1 -> faults.addAll(cut(from, seconds, false));
            default -> {
              for (double at = from; at < from + seconds; at += 2) {
                faults.addAll(cut(at, 1, true));
              }
            }
          }
          PeerPlan.Pace pace = seed % 2 == 0 ? PeerPlan.Pace.SYNCHRONOUS : PeerPlan.Pace.OVERLAPPED;
          relay(pace).run(PeerRig.network(new FaultPlan(seed, faults))).good().around(3, 1e-5);
        });
  }

  @Test
  void heldMessagesAndCumulativeMassShouldMakeUpForLoss() {
    for (double probability : new double[] {0.01, 0.05, 0.2}) {
      Seeds.each(
          4,
          getClass(),
          seed -> {
            FaultPlan faults =
                ServerRig.plan(seed, ServerRig.at(0, new Fault.Lose(probability, 80)));
            PeerRig.Outcome relay =
                relay(PeerPlan.Pace.SYNCHRONOUS).run(PeerRig.network(faults)).good();
            assertThat(relay.tally().lost()).isPositive();
            relay.around(3, 1e-4);
            PeerRig sum =
                new PeerRig(
                    Surroundings.pushSum(DirectedGraph.exponential(PeerRig.N)),
                    PeerPlan.of(1, 1, 300).withPatience(1),
                    () ->
                        GossipMethods.make(
                            new GossipOptions.AsyncSum(true), PeerRig.DIMENSION, Precision.FLOAT64),
                    new Law.PushSum(true, true),
                    t -> t < 150 ? 0.05 : 0.002,
                    Double.POSITIVE_INFINITY);
            PeerRig.Outcome clean = sum.run(PeerRig.network(FaultPlan.NONE)).good();
            PeerRig.Outcome lossy = sum.run(PeerRig.network(faults)).good();
            assertThat(lossy.loss()).isLessThan(1.05 * clean.loss());
          });
    }
  }
}
