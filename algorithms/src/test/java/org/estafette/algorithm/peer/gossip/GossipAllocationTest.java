package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GossipAllocationTest {
  private static final Layout LAYOUT =
      Layout.builder().add("matrix", 200, 100).add("bias", 200).build();
  private static final List<PeerId> OTHERS = List.of(PeerId.worker(1), PeerId.worker(2));
  private static final List<Double> WEIGHTS = List.of(1.0 / 3, 1.0 / 3);

  static List<String> names() {
    return GossipMethods.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldAllocateNoVectorInARound(String name) {
    PeerMethod method = GossipMethods.make(GossipMethods.defaults(name), LAYOUT, Precision.FLOAT64);
    FlatVector x = Precision.FLOAT64.zeros(LAYOUT.length());
    FlatVector delta = Precision.FLOAT64.zeros(LAYOUT.length());
    FlatVector message = Precision.FLOAT64.zeros(LAYOUT.length());
    method.rewire(
        new Neighbourhood(PeerId.worker(0), 3, OTHERS, OTHERS, 1.0 / 3, WEIGHTS, WEIGHTS), 1);
    method.begin(x);
    for (int warm = 0; warm < 3; warm++) {
      round(method, x, delta, message);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    int rounds = 10;
    for (int i = 0; i < rounds; i++) {
      round(method, x, delta, message);
    }
    long perRound = (threads.getCurrentThreadAllocatedBytes() - before) / rounds;
    assertThat(perRound).isLessThan(LAYOUT.length() * Double.BYTES / 4);
    method.close();
  }

  private static void round(PeerMethod method, FlatVector x, FlatVector delta, FlatVector message) {
    delta.fill(0.001);
    method.trainingPoint(x);
    method.trained(x, delta, 0.1);
    boolean more = true;
    while (more) {
      for (PeerId other : OTHERS) {
        if (method.exchangesWith(other)) {
          for (int part = 0; part < method.parts(); part++) {
            double mass = method.compose(other, part, message);
            method.receive(other, part, mass, Lease.unpooled(message));
          }
        }
      }
      more = method.average(x);
    }
  }
}
