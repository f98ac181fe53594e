package org.estafette.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

class VectorPoolTest {
  @Test
  @ExtendWith(LeakCheck.class)
  void shouldLeaseTheSameVectorAgain() {
    VectorPool pool = VectorPool.unbounded("deltas", Precision.FLOAT32, 10);
    Lease first = pool.lease();
    FlatVector vector = first.vector();
    assertThat(vector.length()).isEqualTo(10);
    assertThat(pool.outstanding()).isEqualTo(1);
    first.close();

    try (Lease second = pool.lease()) {
      assertThat(second.vector()).isSameAs(vector);
    }
    assertThat(pool.outstanding()).isZero();
    assertThat(pool.made()).isEqualTo(1);
  }

  @Test
  @ExtendWith(LeakCheck.class)
  void shouldGiveTheVectorBackWhenTheLastHolderCloses() {
    VectorPool pool = VectorPool.bounded("deltas", Precision.FLOAT64, 3, 1);
    Lease lease = pool.lease();
    assertThat(lease.retain().retain()).isSameAs(lease);
    lease.close();
    lease.close();
    assertThat(pool.tryLease()).isNull();
    assertThat(lease.vector().precision()).isEqualTo(Precision.FLOAT64);
    lease.close();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldSayThatABoundedPoolIsExhausted() {
    VectorPool pool = VectorPool.bounded("inbound", Precision.FLOAT32, 4, 2);
    Lease one = pool.lease();
    pool.lease();

    assertThat(pool.tryLease()).isNull();
    assertThatThrownBy(pool::lease)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pool inbound: all 2 vectors are on loan");
    one.close();
    assertThat(pool.tryLease()).isNotNull();
    assertThat(pool.made()).isEqualTo(2);
  }

  @Test
  void shouldRefuseDoubleCloseAndUseAfterCloseWithoutHarmToTheNextHolder() {
    VectorPool pool = VectorPool.bounded("inbound", Precision.FLOAT32, 4, 1);
    Lease stale = pool.lease();
    stale.close();
    Lease next = pool.lease();

    assertThatThrownBy(stale::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pool inbound: close() on a lease whose last holder has closed it");
    assertThatThrownBy(stale::vector)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("vector()");
    assertThatThrownBy(stale::retain)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("retain()");
    assertThat(next.vector().length()).isEqualTo(4);
    assertThat(pool.outstanding()).isEqualTo(1);
  }

  @Test
  void shouldNameTheStackOfALeakedLease() {
    try (LeakDetection detection = LeakDetection.begin()) {
      VectorPool pool = VectorPool.unbounded("deltas", Precision.FLOAT32, 1);
      pool.lease().close();
      assertThat(detection.leaks()).isEmpty();
      Lease leaked = pool.lease();

      assertThat(detection.leaks())
          .singleElement()
          .asString()
          .contains("lease not closed: pool deltas")
          .contains("VectorPoolTest.shouldNameTheStackOfALeakedLease");
      assertThatThrownBy(LeakDetection::begin).isInstanceOf(IllegalStateException.class);
      leaked.close();
      assertThat(detection.leaks()).isEmpty();
    }
  }

  @Test
  @Timeout(30)
  @ExtendWith(LeakCheck.class)
  void shouldNeverLendOneVectorTwiceAtATime() throws Exception {
    VectorPool pool = VectorPool.bounded("shared", Precision.FLOAT64, 1, 3);
    int threads = 4;
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int id = t + 1;
        done.add(
            executor.submit(() -> {
              go.await();
              int leased = 0;
              while (leased < 5_000) {
                Lease lease = pool.tryLease();
                if (lease == null) {
                  Thread.onSpinWait();
                  continue;
                }
                lease.retain();
                lease.vector().set(0, id);
                lease.close();
                if (lease.vector().get(0) != id) {
                  throw new AssertionError("another thread wrote into a leased vector");
                }
                lease.close();
                leased++;
              }
              return leased;
            }));
      }
      go.countDown();
      for (Future<Integer> f : done) {
        assertThat(f.get()).isEqualTo(5_000);
      }
    }
    assertThat(pool.outstanding()).isZero();
    assertThat(pool.made()).isBetween(1, 3);
  }
}
