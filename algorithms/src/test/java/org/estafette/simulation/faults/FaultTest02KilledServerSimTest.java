package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.Fact;
import org.junit.jupiter.api.Test;

/** 2. The server is killed, at ten points of a phase, also while it is at an update. */
class FaultTest02KilledServerSimTest {
  private static final int POINTS = 10;

  @Test
  void aKilledServerShouldCostAtMostWhatCameSinceItWasSaved() {
    ServerRig.Outcome control = ServerRig.busy(FaultPlan.NONE).good();
    Seeds.each(
        8,
        getClass(),
        seed -> {
          for (int point = 0; point < POINTS; point++) {
            double dies = 6.013 + seed + 0.06 * point;
            double downtime = 0.2 + 4 * CounterRandom.uniform(seed, point);
            ServerRig.Outcome run =
                ServerRig.busy(
                        ServerRig.plan(
                            seed, ServerRig.at(dies, new Fault.Kill(PeerId.SERVER, downtime))))
                    .good();
            run.within(5, control);
            assertThat(run.takeovers()).isEqualTo(1);
            List<Fact.Serving> serving =
                run.facts().stream()
                    .filter(Fact.Serving.class::isInstance)
                    .map(Fact.Serving.class::cast)
                    .toList();
            assertThat(serving).hasSize(2);
            // That the outer optimizer's state is the saved one is what the replay shows, bit for
            // bit.
            double saved = ServerRig.SAVED_EVERY * Math.floor(dies / ServerRig.SAVED_EVERY);
            long then =
                run.facts().stream()
                    .filter(f -> f instanceof Fact.Applied && f.at() <= saved)
                    .mapToLong(f -> ((Fact.Applied) f).version())
                    .max()
                    .orElse(0);
            assertThat(serving.get(1).version())
                .as("version that the new server goes on from")
                .isGreaterThanOrEqualTo(then);
            assertThat(
                    run.facts().stream()
                        .filter(f -> f instanceof Fact.Applied && f.at() > serving.get(1).at())
                        .mapToDouble(Fact::at)
                        .min()
                        .orElseThrow())
                .as("the first push after it")
                .isLessThan(serving.get(1).at() + 15);
          }
        });
  }
}
