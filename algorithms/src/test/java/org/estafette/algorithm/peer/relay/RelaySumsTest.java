package org.estafette.algorithm.peer.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sums that a worker passes on, at few neighbours and at many. */
class RelaySumsTest {
  private static final int LENGTH = 37;

  private static List<PeerId> neighbours(int degree) {
    List<PeerId> all = new ArrayList<>();
    for (int slot = 1; slot <= degree; slot++) {
      all.add(PeerId.worker(slot));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"FLOAT64, 3", "FLOAT64, 25", "FLOAT32, 6", "FLOAT32, 7", "FLOAT32, 64"})
  void shouldSumAllButTheReceiverInWhateverOrderTheyAreAsked(Precision precision, int degree) {
    SplittableRandom random = new SplittableRandom(degree);
    List<PeerId> neighbours = neighbours(degree);
    Relays relays = new Relays();
    relays.rewire(neighbours);
    FlatVector own = random(random, precision, 1);
    double[] total = new double[LENGTH];
    List<FlatVector> held = new ArrayList<>();
    double count = 0;
    for (int k = 0; k < degree; k++) {
      // One edge brings numbers beside which the others' would be lost if it were subtracted.
      FlatVector m = random(random, precision, k == 1 ? 1e7 : 1);
      held.add(m);
      boolean silent = k == 2;
      if (!silent) {
        relays.replace(neighbours.get(k), k + 1, Lease.unpooled(m));
        count += k + 1;
        for (int c = 0; c < LENGTH; c++) {
          total[c] += k == 1 ? 0 : m.get(c);
        }
      }
    }
    List<PeerId> shuffled = new ArrayList<>(neighbours);
    Collections.shuffle(shuffled, new java.util.Random(degree));
    FlatVector into = precision.zeros(LENGTH);
    for (List<PeerId> order : List.of(neighbours, shuffled, neighbours)) {
      for (PeerId to : order) {
        int k = to.slot() - 1;
        double counted = relays.others(own, to, into);
        assertThat(counted).isEqualTo(1 + count - (k == 2 ? 0 : k + 1));
        if (k == 1) {
          for (int c = 0; c < LENGTH; c++) {
            assertThat(into.get(c))
                .as("degree=" + degree + ", to " + to)
                .isCloseTo(
                    own.get(c) + total[c], within(precision == Precision.FLOAT32 ? 1e-4 : 1e-12));
          }
        }
      }
    }
    relays.close();
  }

  private static FlatVector random(SplittableRandom random, Precision precision, double scale) {
    FlatVector v = precision.zeros(LENGTH);
    for (int c = 0; c < LENGTH; c++) {
      v.set(c, scale * (2 * random.nextDouble() - 1));
    }
    return v;
  }

  @Test
  void shouldNeitherShrinkNorBlowUpParametersOnWhichAllAgree() {
    // Three workers: 1/3 is no float32 number.
    RelaySgd method = new RelaySgd(Fill.HOLD, LENGTH, Precision.FLOAT32);
    method.rewire(
        new Neighbourhood(
            PeerId.worker(0),
            3,
            neighbours(2),
            neighbours(2),
            1,
            List.of(1.0, 1.0),
            List.of(1.0, 1.0)),
        1);
    FlatVector x = Precision.FLOAT32.zeros(LENGTH);
    x.fill(1.2345);
    double start = x.get(0);
    FlatVector still = Precision.FLOAT32.zeros(LENGTH);
    method.begin(x);
    for (int round = 0; round < 20_000; round++) {
      method.trained(x, still, 0.1);
      for (PeerId n : neighbours(2)) {
        FlatVector m = Precision.FLOAT32.zeros(LENGTH);
        m.copyFrom(x);
        method.receive(n, 0, 1, Lease.unpooled(m));
      }
      method.average(x);
    }
    assertThat(x.get(0)).isCloseTo(start, within(1e-6));
    assertThat(method.mass()).isEqualTo(3);
    assertThat(method.spread()).isLessThan(1e-6);
    method.close();
  }
}
