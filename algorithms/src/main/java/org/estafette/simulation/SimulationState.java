package org.estafette.simulation;

import java.util.List;
import org.estafette.algorithm.server.ServerState;
import org.estafette.algorithm.server.WorkerState;
import org.estafette.algorithm.train.TrainerState;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * A whole simulation between two events: taken up again, it goes on bit for bit as if it had not
 * been interrupted.
 *
 * @param now virtual seconds
 * @param sequence events scheduled so far
 * @param handled events handled so far
 * @param busyUntil when the server is free again
 * @param server the server
 * @param workers the workers
 * @param pending what will happen, in order
 */
public record SimulationState(
    double now,
    long sequence,
    long handled,
    double busyUntil,
    ServerState server,
    List<WorkerSnapshot> workers,
    List<Pending> pending) {

  /**
   * One worker.
   *
   * @param incarnation which life
   * @param live whether it is up
   * @param participant its algorithm's state
   * @param loaded the parameters that it holds; null before the first
   * @param trainer its inner optimizer
   */
  public record WorkerSnapshot(
      int incarnation,
      boolean live,
      WorkerState participant,
      @Nullable FlatVector loaded,
      TrainerState trainer) {}
}
