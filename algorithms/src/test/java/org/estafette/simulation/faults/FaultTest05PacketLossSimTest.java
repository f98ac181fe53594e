package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.estafette.algorithm.Decision;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.Fact;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 5. Whole messages are lost: 1, 5 and 20 of a hundred; 7. or altered, which is found. */
class FaultTest05PacketLossSimTest {
  private static final double ALL_THE_TIME = 4000;

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.05, 0.2})
  void lossShouldCostTimeButNothingElse(double probability) {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        15,
        getClass(),
        seed -> {
          ServerRig.Outcome run =
              ServerRig.asynchronous(
                      ServerRig.plan(
                          seed, ServerRig.at(0, new Fault.Lose(probability, ALL_THE_TIME))))
                  .good();
          run.within(5, control);
          if (probability >= 0.05) {
            assertThat(lost(run, "lost on the way")).as("pushes that were lost").isPositive();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.2})
  void messagesThatAreAlteredShouldAllBeFound(double probability) {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        10,
        getClass(),
        seed -> {
          ServerRig.Outcome run =
              ServerRig.asynchronous(
                      ServerRig.plan(
                          seed, ServerRig.at(0, new Fault.Corrupt(probability, ALL_THE_TIME))))
                  .good(); // Nothing that was applied differs by a bit from what was sent.
          run.within(5, control);
          assertThat(lost(run, "checksum")).as("pushes whose checksum was wrong").isPositive();
          assertThat(run.decided(Decision.Applied.class)).isNotEmpty();
        });
  }

  private static long lost(ServerRig.Outcome run, String why) {
    return run.facts().stream()
        .filter(f -> f instanceof Fact.Lost l && l.why().equals(why))
        .count();
  }
}
