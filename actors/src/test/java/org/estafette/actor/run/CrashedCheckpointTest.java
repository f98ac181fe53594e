package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.checkpoint.VectorDigests;
import org.estafette.algorithm.server.ServerState;
import org.estafette.algorithm.server.WorkerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A simulation whose process dies before some step of its second checkpoint goes on, from the one
 * that a restart finds, to the same end, bit for bit: parameters, momentum and buffer, counter, and
 * which pushes were applied.
 */
@Tag("nightly")
@Timeout(600)
final class CrashedCheckpointTest {
  private static final long TOKENS = 3200;

  @TempDir Path dir;

  /** Not an exception: nothing may catch it and tidy up. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  /** All of a server that must be the same at the end. */
  private record End(
      Map<String, String> vectors,
      long version,
      long counter,
      long tokens,
      List<WorkerRecord> workers) {
    static End of(SimulatedRun run) {
      ServerState s = run.server().state();
      return new End(
          VectorDigests.of(s.vectors()), s.version(), s.counter(), s.tokens(), s.workers());
    }
  }

  private static SimulatedRun simulation(Workshop workshop) {
    return new SimulatedRun(workshop, new RunMonitor(TOKENS, m -> {}));
  }

  private static void until(SimulatedRun run, long version) {
    run.run(() -> run.server().version() >= version, at -> {});
    run.runToRest();
  }

  @Test
  void shouldEndAlikeWhereverTheSecondCheckpointWasCutShort() throws Exception {
    try (Workshop workshop =
        TinyRuns.workshop(
            TinyRuns.text(dir),
            "tokens",
            Long.toString(TOKENS),
            "workers.speeds",
            "[1, 0.4]",
            "simulation.latency",
            "200ms")) {
      End whole;
      try (SimulatedRun run = simulation(workshop)) {
        run.start();
        run.run(() -> false, at -> {});
        whole = End.of(run);
      }
      assertThat(whole.vectors()).containsKeys("parameters", "momentum", "buffer");
      int old = 0;
      int fresh = 0;
      boolean crashed = true;
      for (int crashAt = 0; crashed; crashAt++) {
        Path folder = dir.resolve("crash-" + crashAt);
        crashed = crash(workshop, folder, crashAt);
        RunCheckpoints restarted = new RunCheckpoints(folder, 2, "tiny", workshop);
        assertThat(restarted.latest().corrupt()).isEmpty();
        StoredCheckpoint found = restarted.latest().checkpoint();
        assertThat(found).isNotNull();
        if (found.version() < 8) {
          old++;
        } else {
          fresh++;
        }
        try (SimulatedRun run = simulation(workshop)) {
          run.restore(restarted.readSimulation(found, run::lease));
          run.run(() -> false, at -> {});
          assertThat(End.of(run)).as("crash before step %d", crashAt).isEqualTo(whole);
        }
      }
      assertThat(old).isGreaterThan(20);
      assertThat(fresh).isPositive();
    }
  }

  /** Returns whether the process died before the second checkpoint was finished. */
  private static boolean crash(Workshop workshop, Path folder, int crashAt) throws Exception {
    RunCheckpoints checkpoints = new RunCheckpoints(folder, 2, "tiny", workshop);
    try (SimulatedRun run = simulation(workshop)) {
      run.start();
      until(run, 4);
      checkpoints.write(run.state());
      until(run, 8);
      int[] steps = {0};
      checkpoints.guard((step, path) -> {
        if (steps[0]++ == crashAt) {
          throw new Crash();
        }
      });
      checkpoints.write(run.state());
      return false;
    } catch (Crash e) {
      return true;
    }
  }
}
