package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.RandomStream;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.testing.PooledEffects;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PairwiseWorkerTest {
  private static final int WORKERS = 6;

  private record Flight(PeerId from, PeerId to, Message message) {}

  private final VectorPool pool = VectorPool.unbounded("pairs", Precision.FLOAT64, 1);
  private final List<PairwiseWorker> workers = new ArrayList<>();
  private final List<PooledEffects> effects = new ArrayList<>();
  private final List<Flight> wire = new ArrayList<>();

  private void start(long rounds) {
    PeerPlan plan = PeerPlan.of(7, 1, rounds).withPatience(1);
    Surroundings ring =
        Surroundings.gossip(
            Topologies.named("ring", WORKERS, TopologyOptions.defaults()),
            MixingMatrix::metropolisHastings);
    for (int i = 0; i < WORKERS; i++) {
      workers.add(PairwiseWorker.starting(plan, ring, Float64Vector.of(10 * i), 3));
      effects.add(new PooledEffects(pool));
    }
    for (int i = 0; i < WORKERS; i++) {
      tell(i, new Event.Started(view(i), 0));
    }
  }

  private View view(int i) {
    TreeSet<PeerId> live = new TreeSet<>();
    for (int k = 0; k < WORKERS; k++) {
      live.add(PeerId.worker(k));
    }
    return new View(PeerId.worker(i), 1, 1, live);
  }

  private void tell(int i, Event event) {
    workers.get(i).on(event, effects.get(i));
    effects.get(i).sent.forEach(s -> wire.add(new Flight(PeerId.worker(i), s.to(), s.message())));
    effects.get(i).sent.clear();
  }

  private void trained(int i, double delta) {
    Lease lease = pool.lease();
    lease.vector().set(0, delta);
    long round = effects.get(i).trained.getLast();
    tell(i, new Event.RoundTrained(round, new TrainedRound(1, 1, 0, 0, 1), 1, lease, 0));
  }

  private void deliver(Flight f) {
    tell(f.to().slot(), new Event.Received(f.message(), 0));
  }

  private double sum() {
    return workers.stream().mapToDouble(w -> w.parameters().get(0)).sum();
  }

  private PairwiseWorker joiner(int slot, PooledEffects its) {
    PairwiseWorker w =
        PairwiseWorker.joining(
            PeerPlan.of(7, 1, 10),
            Surroundings.gossip(
                Topologies.named("ring", WORKERS, TopologyOptions.defaults()),
                MixingMatrix::metropolisHastings),
            Float64Vector.of(-1),
            3);
    workers.add(w);
    effects.add(its);
    w.on(new Event.Started(view(slot), 0), its);
    return w;
  }

  @Test
  void shouldAskForParametersUntilOneAnswersRatherThanBeginAnew() {
    PooledEffects its = new PooledEffects(pool);
    PairwiseWorker w = joiner(2, its);
    for (int again = 0; again < 3 * WORKERS; again++) {
      w.on(new Event.TimerFired("parameters", again), its);
    }
    assertThat(its.trained).isEmpty();
    assertThat(its.sent).hasSize(1 + 3 * WORKERS);
    Lease lease = pool.lease();
    lease.vector().set(0, 42);
    Header h = new Header(7, PeerId.worker(4), 1, 1, 1, 1, 6);
    w.on(new Event.Received(new NeighbourModel(h, Passage.PARAMETERS, lease), 1), its);
    assertThat(w.parameters().get(0)).isEqualTo(42);
    assertThat(w.round()).isEqualTo(6);
    assertThat(its.trained).containsExactly(7L);
  }

  @Test
  void theFirstOfThemShouldBeginWhereNobodyHasParameters() {
    PooledEffects first = new PooledEffects(pool);
    PooledEffects second = new PooledEffects(pool);
    PairwiseWorker a = joiner(0, first);
    PairwiseWorker b = joiner(1, second);
    for (int other = 1; other < WORKERS; other++) {
      Header h = new Header(7, PeerId.worker(other), 1, 1, 1, 0, 0);
      a.on(new Event.Received(new Pull(h, Double.NaN), 1), first);
    }
    for (int other : new int[] {0, 2, 3, 4, 5}) {
      Header h = new Header(7, PeerId.worker(other), 1, 1, 1, 0, 0);
      b.on(new Event.Received(new Pull(h, Double.NaN), 1), second);
    }
    assertThat(first.trained).containsExactly(1L);
    assertThat(second.trained).isEmpty();
  }

  @Test
  void shouldLetOnlyEveryOtherWorkerAsk() {
    start(5);
    assertThat(wire).hasSize(WORKERS / 2);
    assertThat(wire)
        .allSatisfy(f -> {
          assertThat(f.from().slot() % 2).isZero();
          assertThat(f.to().slot() % 2).isOne();
        });
    close();
  }

  @Test
  void shouldLeaveBothWithTheMean() {
    start(5);
    Flight question = wire.removeFirst();
    double mean =
        (workers.get(question.from().slot()).parameters().get(0)
                + workers.get(question.to().slot()).parameters().get(0))
            / 2;
    deliver(question);
    deliver(wire.removeLast());
    assertThat(workers.get(question.from().slot()).parameters().get(0)).isEqualTo(mean);
    assertThat(workers.get(question.to().slot()).parameters().get(0)).isEqualTo(mean);
    close();
  }

  @Test
  void shouldApplyAStaleGradientToWhatTheModelHasBecome() {
    start(5);
    Flight question = wire.removeFirst();
    int asker = question.from().slot();
    deliver(question);
    Flight answer = wire.removeLast();
    trained(asker, 4); // Between question and answer.
    deliver(answer);
    double mean = (10.0 * asker + 10.0 * question.to().slot()) / 2;
    assertThat(workers.get(asker).parameters().get(0)).isEqualTo(mean - 4);
    close();
  }

  @RepeatedTest(5)
  void shouldKeepTheSumUnderLossDoublingAndReordering(RepetitionInfo run) {
    long seed = 40 + run.getCurrentRepetition();
    RandomStream random = CounterRandom.stream(CounterRandom.key(seed, 0));
    start(Long.MAX_VALUE);
    double expected = sum();
    for (int event = 0; event < 600; event++) {
      int i = random.nextInt(WORKERS);
      switch (random.nextInt(6)) {
        case 0 -> {
          trained(i, i - 2.0);
          expected -= i - 2.0;
        }
        case 1 -> tell(i, new Event.TimerFired("answer", 0));
        case 2 -> {
          if (!wire.isEmpty()) {
            discard(wire.remove(random.nextInt(wire.size())));
          }
        }
        case 3 -> {
          if (!wire.isEmpty()) {
            Flight f = wire.get(random.nextInt(wire.size()));
            ((NeighbourShare) f.message()).values().retain();
            deliver(f);
          }
        }
        default -> {
          if (!wire.isEmpty()) {
            deliver(wire.remove(random.nextInt(wire.size())));
          }
        }
      }
    }
    // All questions that are open are asked again and answered.
    for (int i = 0; i < WORKERS; i++) {
      tell(i, new Event.TimerFired("answer", 0));
    }
    while (!wire.isEmpty()) {
      deliver(wire.removeFirst());
    }
    assertThat(sum()).as("Σx, seed " + seed).isCloseTo(expected, within(1e-9));
    close();
  }

  private static void discard(Flight f) {
    if (f.message() instanceof Update u) {
      u.discard();
    }
  }

  private void close() {
    wire.forEach(PairwiseWorkerTest::discard);
    wire.clear();
    workers.forEach(PairwiseWorker::close);
    assertThat(pool.outstanding()).isZero();
  }
}
