package org.estafette.algorithm.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.View;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.testing.PooledEffects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Under backlog, one pass over several pushes gives what one pass each gives, to the last bit. */
class MergingTest {
  private static final int DIMENSION = 37;
  private static final int WORKERS = 6;
  private static final int PUSHES = 60;

  static Stream<Arguments> rules() {
    List<Arguments> all = new ArrayList<>();
    for (Precision p : Precision.values()) {
      for (int n : new int[] {1, 2, 3, 8}) {
        for (double c : new double[] {0, 0.5 / n, 1.0 / n}) {
          all.add(Arguments.of(new Rules.DelayedNesterov(0.7, 0.9, n, c), n, p));
        }
        all.add(Arguments.of(new Rules.FedBuff(0.8, n), n, p));
        all.add(Arguments.of(new Rules.BufferedNesterov(0.7, 0.9, n), n, p));
      }
      all.add(Arguments.of(new Rules.Nesterov(0.07, 0.9), 5, p));
    }
    return all.stream();
  }

  private static final class Side implements AutoCloseable {
    final VectorPool pool;
    final PooledEffects effects;
    final ParameterServer server;
    final LinearOuter outer;

    Side(OuterRule rule, Precision precision) {
      pool = VectorPool.unbounded("test", precision, DIMENSION);
      effects = new PooledEffects(pool);
      outer = new LinearOuter(rule, DIMENSION, precision);
      FlatVector x = precision.zeros(DIMENSION);
      x.fill(0.3);
      server =
          new ParameterServer(
              new ServerPlan(
                  1,
                  0.9,
                  new StalenessPolicy.Threshold(9, new StalenessPolicy.Polynomial(0.5)),
                  0,
                  new LocalSteps.Fixed(2),
                  GraceWindow.NONE,
                  new ShardChoice.Own(),
                  new long[] {1},
                  Long.MAX_VALUE,
                  ServerPlan.ScheduleScope.SHARD,
                  0),
              x,
              outer);
      server.on(new Event.Started(new View(PeerId.SERVER, 1, 1, new TreeSet<>()), 0), effects);
      for (int w = 0; w < WORKERS; w++) {
        Header h = new Header(1, PeerId.worker(w), 1, 1, 1, 0, 0);
        server.on(new Event.Received(new Pull(h, 1), 0), effects);
      }
    }

    PseudoGradient push(Header header, long key, boolean broken) {
      Lease lease = pool.lease();
      SplittableRandom random = new SplittableRandom(key);
      for (int i = 0; i < DIMENSION; i++) {
        lease.vector().set(i, random.nextDouble() - 0.5);
      }
      if (broken) {
        lease.vector().set(key % DIMENSION, Double.POSITIVE_INFINITY);
      }
      return new PseudoGradient(header, lease, new RoundReport(2, 2, 1, 1, 0));
    }

    @Override
    public void close() {
      effects.close();
      server.close();
      assertThat(pool.outstanding()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void shouldGiveTheSameBitsAsPushesOneByOne(OuterRule rule, int period, Precision precision) {
    long seed = 31L * period + precision.ordinal();
    SplittableRandom random = new SplittableRandom(seed);
    UpdateQueue queue = new DelayedNesterovQueue(QueueOptions.of(PUSHES, period));
    int merged = 0;
    try (Side single = new Side(rule, precision);
        Side backlog = new Side(rule, precision)) {
      for (int i = 0; i < PUSHES; ) {
        int burst = 1 + random.nextInt(11);
        // What the workers know when the burst begins: the merged side publishes nothing within it.
        long known = Math.max(0, single.server.version() - random.nextInt(4));
        for (int j = 0; j < burst; j++, i++) {
          boolean broken = random.nextInt(5) == 0;
          boolean again = random.nextInt(6) == 0;
          Header h = new Header(1, PeerId.worker(i % WORKERS), 1, again ? 1 : 2 + i, 1, known, 1);
          single.server.on(new Event.Received(single.push(h, i, broken), 0), single.effects);
          queue.offer(backlog.push(h, i, broken));
        }
        while (queue.ready()) {
          var update = queue.poll();
          merged += update instanceof org.estafette.algorithm.MergedPush ? 1 : 0;
          backlog.server.on(new Event.Received(update, 0), backlog.effects);
          queue.advancedTo(backlog.server.counter());
        }
        assertSame(single, backlog, "seed=" + seed + " after push " + i);
      }
      assertThat(single.server.counter()).isBetween(10L, PUSHES - 10L);
      assertThat(merged > 0).isEqualTo(period > 1);
    }
  }

  private static void assertSame(Side a, Side b, String at) {
    assertThat(b.server.version()).as(at).isEqualTo(a.server.version());
    assertThat(b.server.counter()).as(at).isEqualTo(a.server.counter());
    var expected = a.server.state().vectors();
    var actual = b.server.state().vectors();
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, v) -> {
      for (int i = 0; i < DIMENSION; i++) {
        assertThat(Double.doubleToLongBits(actual.get(name).get(i)))
            .as("%s: %s[%d]", at, name, i)
            .isEqualTo(Double.doubleToLongBits(v.get(i)));
      }
    });
  }
}
