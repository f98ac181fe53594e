package org.estafette.simulation.experiment;

import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.Wiring;

/**
 * A method on a graph, in rounds.
 *
 * @param name of both
 * @param wiring the graph
 * @param pace synchronous or overlapped
 * @param correction κ: how much slower than SGD the method moves at the same learning rate; 1 but
 *     for relayed models
 * @param methods new methods, one a worker
 */
record Contender(
    String name,
    Wiring wiring,
    PeerPlan.Pace pace,
    double correction,
    Supplier<List<PeerMethod>> methods) {

  /** A run on a task from x = 0 at a constant learning rate. */
  LockStep start(RandomQuadratics task, double rate, double sigma, Losses losses, long seed) {
    RandomQuadratics.Gradients gradients = task.gradients(sigma, seed);
    return lockStep(
        (worker, round, at, delta) -> {
          gradients.gradient(worker, round, at, delta);
          delta.scale(rate);
          return rate;
        },
        losses,
        Float64Vector.zeros(Contenders.LENGTH));
  }

  /** A run of any local work. */
  LockStep lockStep(LockStep.Work work, Losses losses, FlatVector start) {
    return new LockStep(methods.get(), wiring, pace, work, losses, start);
  }

  /** A run without noise or losses. */
  LockStep start(RandomQuadratics task, double rate) {
    return start(task, rate, 0, Losses.NONE, 0);
  }
}
