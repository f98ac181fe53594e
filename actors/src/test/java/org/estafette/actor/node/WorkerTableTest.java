package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.estafette.algorithm.server.WorkerRecord;
import org.junit.jupiter.api.Test;

/** A life's number names its pushes for ever: no two lives of a slot may share one. */
class WorkerTableTest {
  private static WorkerRecord saved(int slot, int incarnation) {
    return new WorkerRecord(slot, incarnation, 7, 3, 0.1, 0, true, false, 0, 0, 0);
  }

  private static int admit(WorkerTable table, String key) {
    return table.admit(key, null, null).incarnation();
  }

  @Test
  void aRunThatBeginsShouldCountLivesFromOne() {
    WorkerTable table = new WorkerTable();
    table.resume(List.of(), 1);
    assertThat(admit(table, "a")).isEqualTo(1);
    assertThat(admit(table, "a")).isEqualTo(2);
    assertThat(admit(table, "b")).isEqualTo(1);
  }

  @Test
  void livesGivenAfterTheLastCheckpointShouldNotBeGivenAgainByTheNextServer() {
    Set<String> names = new HashSet<>();
    // Each server goes on from a state in which "a" had its first life, and "b" none.
    for (long epoch = 1; epoch <= 4; epoch++) {
      WorkerTable table = new WorkerTable();
      table.resume(epoch == 1 ? List.of() : List.of(saved(0, 1)), epoch);
      for (int life = 0; life < 3; life++) {
        assertThat(names.add("a" + admit(table, "a"))).as("epoch %s", epoch).isTrue();
        assertThat(names.add("b" + admit(table, "b"))).as("epoch %s", epoch).isTrue();
      }
    }
  }

  @Test
  void aLifeThatWasSavedShouldNeverBeFollowedByALowerOne() {
    WorkerTable table = new WorkerTable();
    table.resume(List.of(saved(0, 5000)), 2);
    assertThat(admit(table, "a")).isEqualTo(5001);
  }
}
