package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.junit.jupiter.api.Test;

/** 4. The network is cut: both ways, one way, and again and again. */
class FaultTest04PartitionSimTest {
  /** Two of four workers and the server, for so many seconds from then on. */
  private static List<FaultPlan.Timed> cut(double at, double seconds, boolean to, boolean from) {
    List<FaultPlan.Timed> faults = new ArrayList<>();
    for (int slot = 0; slot < 2; slot++) {
      if (to) {
        faults.add(ServerRig.at(at, new Fault.Cut(ServerRig.worker(slot), PeerId.SERVER, seconds)));
      }
      if (from) {
        faults.add(ServerRig.at(at, new Fault.Cut(PeerId.SERVER, ServerRig.worker(slot), seconds)));
      }
    }
    return faults;
  }

  private void shouldHeal(String what, int seeds, Partition partition) {
    ServerRig.Outcome control = ServerRig.asynchronous(FaultPlan.NONE).good();
    Seeds.each(
        seeds,
        getClass(),
        seed -> {
          double from = 2 + 10 * CounterRandom.uniform(seed, 4);
          double seconds = 5 + 10 * CounterRandom.uniform(seed, 5);
          ServerRig.Outcome run =
              ServerRig.asynchronous(new FaultPlan(seed, partition.faults(from, seconds))).good();
          run.within(5, control);
          for (int slot = 0; slot < ServerRig.WORKERS; slot++) {
            assertThat(run.applied(slot))
                .as("%s: worker %d contributes again", what, slot)
                .anyMatch(at -> at > from + seconds);
          }
          for (int slot = 2; slot < ServerRig.WORKERS; slot++) {
            assertThat(run.applied(slot))
                .as("%s: worker %d goes on meanwhile", what, slot)
                .anyMatch(at -> at > from + 1 && at < from + seconds);
          }
        });
  }

  private interface Partition {
    List<FaultPlan.Timed> faults(double from, double seconds);
  }

  @Test
  void aPartitionShouldHeal() {
    shouldHeal("both ways", 30, (from, seconds) -> cut(from, seconds, true, true));
  }

  @Test
  void aCutOfOneWayShouldHeal() {
    shouldHeal("to the server", 20, (from, seconds) -> cut(from, seconds, true, false));
    shouldHeal("from the server", 20, (from, seconds) -> cut(from, seconds, false, true));
  }

  @Test
  void aNetworkThatFlapsShouldHeal() {
    shouldHeal(
        "flapping",
        30,
        (from, seconds) -> {
          List<FaultPlan.Timed> faults = new ArrayList<>();
          for (double at = from; at < from + seconds; at += 1.3) {
            faults.addAll(cut(at, 0.7, true, true));
          }
          return faults;
        });
  }
}
