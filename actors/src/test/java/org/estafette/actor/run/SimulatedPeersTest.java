package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SimulatedPeersTest {
  @TempDir Path dir;

  private record Outcome(RunMonitor.Snapshot end, List<Metric> metrics) {}

  private Outcome run(String... settings) throws Exception {
    return run(FaultPlan.NONE, settings);
  }

  private Outcome run(FaultPlan faults, String... settings) throws Exception {
    List<Metric> metrics = new ArrayList<>();
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), settings)) {
      RunMonitor monitor = new RunMonitor(workshop.config().tokens(), metrics::add);
      SimulatedPeers run = new SimulatedPeers(workshop, monitor, faults);
      try (run) {
        run.start();
        run.run(() -> false, at -> {});
        assertThat(run.finished()).isTrue();
        run.validate();
        assertThat(run.state().localSteps()).isEqualTo(monitor.now().localSteps());
      }
      assertThat(run.leaks()).isNull();
      return new Outcome(monitor.now(), metrics);
    }
  }

  @ParameterizedTest
  @CsvSource({"relay, false", "gossip, false", "relay, true", "gossip, true"})
  void shouldTrainTheSameBitsTwice(String strategy, String asynchronous) throws Exception {
    String[] settings = {
      "strategy",
      strategy,
      "workers.count",
      "4",
      "workers.speeds",
      "[1, 0.9, 0.8, 0.5]",
      strategy + ".asynchronous",
      asynchronous,
      "simulation.latency",
      "100ms",
    };
    Outcome first = run(settings);
    Outcome second = run(settings);
    assertThat(second.metrics()).isEqualTo(first.metrics());
    assertThat(first.end().validationLoss()).isNotNull().isLessThan(4.5);
    Exchanges e = first.end().exchanges();
    assertThat(e).isNotNull();
    assertThat(e.consensus()).isNotNull().isPositive();
    assertThat(e.fresh()).isPositive();
  }

  @Test
  void shouldGoOnWithoutAWorkerThatDies() throws Exception {
    Outcome run =
        run(
            "strategy", "relay",
            "workers.count", "4",
            "topology.kind", "chain",
            "simulation.deaths", "[{ at = 22, slot = 1, downtime = 30 }]");
    assertThat(run.end().exchanges()).isNotNull();
    assertThat(run.end().exchanges().epoch()).isGreaterThan(1);
    assertThat(run.metrics())
        .anyMatch(m ->
            m instanceof Metric.WorkerEvent e
                && e.worker().equals("worker-0")
                && e.reason().startsWith("neighbours are now worker-2"));
  }

  @Test
  void shouldCarryOutAFaultPlanAndGoOn() throws Exception {
    String[] settings = {
      "strategy", "relay", "workers.count", "3", "relay.patience", "100ms",
    };
    FaultPlan faults =
        new FaultPlan(
            1,
            List.of(
                new FaultPlan.Timed(0.5, new Fault.Kill(PeerId.worker(1), 1)),
                new FaultPlan.Timed(3, new Fault.Cut(PeerId.worker(0), PeerId.worker(1), 2))));
    Outcome clean = run(settings);
    Outcome faulty = run(faults, settings);
    assertThat(faulty.end().localSteps()).isGreaterThanOrEqualTo(clean.end().localSteps());
    assertThat(faulty.metrics()).isNotEqualTo(clean.metrics());
    assertThatThrownBy(() ->
            run(
                new FaultPlan(1, List.of(new FaultPlan.Timed(1, new Fault.Kill(PeerId.SERVER, 1)))),
                settings))
        .hasMessageContaining("there is no server");
  }
}
