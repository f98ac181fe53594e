package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.estafette.algorithm.guard.Clipping;
import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.robust.Aggregation;
import org.estafette.algorithm.robust.CoordinateMedian;
import org.estafette.algorithm.robust.Krum;
import org.estafette.algorithm.robust.Mean;
import org.estafette.algorithm.robust.RobustBuffer;
import org.estafette.algorithm.robust.TrimmedMean;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.Server;
import org.estafette.memory.Precision;
import org.estafette.simulation.PoisonedRegression.Attack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One of eight workers of a logistic regression is wrong: the rules that are to bear it end within
 * a tenth of the loss of eight honest workers that are averaged; the mean does not.
 */
class AttackTest {
  private static final int WORKERS = 8;
  private static final PoisonedRegression RIG = new PoisonedRegression(WORKERS, 22);
  private static final long[] SEEDS = {1, 2, 3, 4, 5};

  private static final GuardPlan CLIPPING =
      GuardPlan.LENIENT.with(new Clipping(2, Double.POSITIVE_INFINITY));

  private static Server rounds(Aggregation rule, GuardPlan guard) {
    return RIG.rounds(rule, guard);
  }

  private static Server buffered(Aggregation rule, GuardPlan guard) {
    return new ParameterServer(
        RIG.plan(guard),
        PoisonedRegression.zeros(),
        new RobustBuffer(
            PoisonedRegression.outer(0.7),
            rule,
            WORKERS,
            PoisonedRegression.DIMENSION,
            Precision.FLOAT64));
  }

  private static Server oneByOne(GuardPlan guard) {
    return RIG.oneByOne(guard);
  }

  private static double loss(long seed, Server server, Attack attack, double from) {
    return RIG.loss(seed, server, attack, from);
  }

  private static final Map<String, Double> HONEST = new ConcurrentHashMap<>();

  private static double ratio(long seed, Attack attack, Server server) {
    return ratio(seed, attack, server, 0);
  }

  /**
   * Loss over that of eight honest workers in rounds; worker 7 goes wrong at second {@code from}.
   */
  private static double ratio(long seed, Attack attack, Server server, double from) {
    double honest =
        HONEST.computeIfAbsent(
            seed + " " + attack,
            k -> loss(seed, rounds(new Mean(), GuardPlan.LENIENT), attack, Double.NaN));
    return loss(seed, server, attack, from) / honest;
  }

  @ParameterizedTest
  @EnumSource
  void robustRulesShouldBearOneOfEight(Attack attack) {
    for (long seed : SEEDS) {
      for (Aggregation rule :
          List.of(new CoordinateMedian(), new TrimmedMean(0.125), new Krum(1, 1), new Krum(1, 0))) {
        assertThat(ratio(seed, attack, rounds(rule, GuardPlan.LENIENT)))
            .as("%s, rounds of %s, seed %d", attack, rule, seed)
            .isLessThan(1.1);
      }
      assertThat(ratio(seed, attack, buffered(new CoordinateMedian(), GuardPlan.LENIENT)))
          .as("%s, buffered median, seed %d", attack, seed)
          .isLessThan(1.1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGN", "SCALE"})
  void theMeanShouldNotBearOneOfEight(Attack attack) {
    for (long seed : SEEDS) {
      assertThat(ratio(seed, attack, rounds(new Mean(), GuardPlan.LENIENT)))
          .as("%s, seed %d", attack, seed)
          .isGreaterThan(1.1);
    }
  }

  @Test
  void clippingShouldBearWhatIsTooLongWithAndWithoutRounds() {
    for (long seed : SEEDS) {
      assertThat(ratio(seed, Attack.SCALE, rounds(new Mean(), CLIPPING)))
          .as("rounds, seed %d", seed)
          .isLessThan(1.1);
      assertThat(ratio(seed, Attack.SCALE, oneByOne(CLIPPING)))
          .as("one by one, seed %d", seed)
          .isLessThan(1.1);
      assertThat(ratio(seed, Attack.SCALE, oneByOne(GuardPlan.LENIENT)))
          .as("one by one without clipping, seed %d", seed)
          .isGreaterThan(1.1);
    }
  }

  @Test
  void theStandardGuardShouldBearWhatIsTooLongOnceItKnowsWhatIsUsual() {
    for (long seed : SEEDS) {
      for (Server server :
          List.of(oneByOne(GuardPlan.STANDARD), rounds(new Mean(), GuardPlan.STANDARD))) {
        assertThat(ratio(seed, Attack.SCALE, server, 30))
            .as("%s, seed %d", server.getClass().getSimpleName(), seed)
            .isLessThan(1.1);
      }
      assertThat(ratio(seed, Attack.SCALE, oneByOne(GuardPlan.LENIENT), 30))
          .as("without it, seed %d", seed)
          .isGreaterThan(1.1);
    }
  }
}
