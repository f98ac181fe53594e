package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.RandomStream;
import org.estafette.conformance.Mixing;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class AsyncPushSumTest {
  private static final int WORKERS = 5;

  private record Letter(int from, int to, double mass, FlatVector values) {}

  private final List<AsyncPushSum> methods = new ArrayList<>();
  private final List<FlatVector> x = new ArrayList<>();
  private final List<Letter> wire = new ArrayList<>();

  @RepeatedTest(5)
  void shouldConserveMassUnderLossDuplicationAndReordering(RepetitionInfo run) {
    long seed = 100 + run.getCurrentRepetition();
    RandomStream random = CounterRandom.stream(CounterRandom.key(seed, 0));
    double[][] ring = Mixing.ring(WORKERS);
    double sum = 0;
    for (int i = 0; i < WORKERS; i++) {
      methods.add(new AsyncPushSum(1, Precision.FLOAT64, PushSum.Step.WEIGHTED));
      x.add(Float64Vector.of(i * i));
      sum += i * i;
      methods.get(i).rewire(Mixing.around(ring, i), 1);
      methods.get(i).begin(x.get(i));
    }
    for (int event = 0; event < 400; event++) {
      disturb(random);
    }
    // Nothing more is lost: each sends once more, and all that is new arrives.
    for (int i = 0; i < WORKERS; i++) {
      send(i);
    }
    wire.forEach(this::deliver);
    double mass = 0;
    double weight = 0;
    for (int i = 0; i < WORKERS; i++) {
      methods.get(i).average(x.get(i));
      mass += x.get(i).get(0);
      weight += methods.get(i).mass();
    }
    assertThat(weight).as("Σw, seed " + seed).isCloseTo(WORKERS, within(1e-12));
    assertThat(mass).as("Σx, seed " + seed).isCloseTo(sum, within(1e-11));
  }

  private void disturb(RandomStream random) {
    int chance = random.nextInt(10);
    if (chance < 4) {
      send(random.nextInt(WORKERS));
    } else if (wire.isEmpty()) {
      return;
    } else if (chance < 6) {
      wire.remove(random.nextInt(wire.size()));
    } else {
      Letter letter = wire.get(random.nextInt(wire.size()));
      deliver(letter);
      if (chance < 9) {
        wire.remove(letter);
      }
      methods.get(letter.to()).average(x.get(letter.to()));
    }
  }

  private void send(int i) {
    for (PeerId to : Mixing.around(Mixing.ring(WORKERS), i).to()) {
      Float64Vector values = Float64Vector.zeros(1);
      double mass = methods.get(i).compose(to, 0, values);
      wire.add(new Letter(i, to.slot(), mass, values));
    }
    methods.get(i).average(x.get(i));
  }

  private void deliver(Letter letter) {
    Float64Vector copy = Float64Vector.zeros(1);
    copy.copyFrom(letter.values());
    methods
        .get(letter.to())
        .receive(PeerId.worker(letter.from()), 0, letter.mass(), Lease.unpooled(copy));
  }
}
