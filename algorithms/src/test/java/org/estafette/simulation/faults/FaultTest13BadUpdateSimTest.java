package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.peer.Law;
import org.estafette.memory.Precision;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 13. A worker's pushes hold NaN or infinity; 14. and so do a worker's own local steps. */
class FaultTest13BadUpdateSimTest {
  @ParameterizedTest
  @EnumSource(
      value = Fault.Venom.class,
      names = {"NAN", "INFINITE"})
  void pushesThatAreNoNumbersShouldBeRefusedAndChangeNothing(Fault.Venom venom) {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        20,
        getClass(),
        seed -> {
          int bad = (int) CounterRandom.below(seed, 1, ServerRig.WORKERS);
          ServerRig.Outcome run =
              ServerRig.asynchronous(
                      ServerRig.plan(
                          seed,
                          ServerRig.at(3, new Fault.Poison(ServerRig.worker(bad), venom, 10))))
                  .good(); // The parameters are those of the other pushes, bit for bit.
          run.within(5, control);
          assertThat(run.refused()).containsKey(Refusal.NOT_FINITE);
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.Venom.class,
      names = {"NAN", "INFINITE"})
  void aWorkerWhoseOwnStepsAreNoNumbersShouldKeepWhatItHad(Fault.Venom venom) {
    PeerRig rig =
        new PeerRig(
            Surroundings.relay(
                RelayTree.of(
                    Topologies.named("binary-tree", PeerRig.N, TopologyOptions.defaults()), 0)),
            PeerPlan.of(1, 1, 300),
            () -> new RelaySgd(Fill.HOLD, PeerRig.DIMENSION, Precision.FLOAT64),
            new Law.RelayedModels(Fill.HOLD),
            t -> 0.1,
            30);
    Seeds.each(
        7,
        getClass(),
        seed -> {
          PeerRig.Outcome run =
              rig.run(
                      PeerRig.network(
                          ServerRig.plan(
                              seed,
                              ServerRig.at(
                                  3, new Fault.Poison(PeerId.worker((int) seed), venom, 10)))))
                  .good();
          assertThat(run.refused().get(Refusal.DIVERGED)).isPositive();
          run.around(3, 1e-5);
        });
  }
}
