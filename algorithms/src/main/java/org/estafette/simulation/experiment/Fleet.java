package org.estafette.simulation.experiment;

import java.util.List;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.peer.PeerMailboxes;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.PairwiseWorker;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.PeerSetup;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.StepTime;

/**
 * Workers without a server on the random quadratics, in virtual time: one local step a round at a
 * constant rate, from x = 0.
 *
 * @param task whose function of the slot each worker has
 * @param graph who exchanges with whom
 * @param plan rounds and waiting
 * @param rate learning rate
 * @param secondsPerStep of each slot
 */
record Fleet(
    RandomQuadratics task,
    Surroundings graph,
    PeerPlan plan,
    double rate,
    List<Double> secondsPerStep) {

  /** Makes a worker's side of a method. */
  @FunctionalInterface
  interface Method {
    PeerMethod make(long length, Precision precision);
  }

  /** Workers of a method of rounds; replacements of the dead fetch their parameters. */
  PeerSimulator of(Method method, PeerSimulationPlan simulation) {
    return simulator(
        simulation,
        (life, x) -> {
          PeerMethod made = method.make(x.length(), Precision.FLOAT64);
          UpdateQueue mailbox = PeerMailboxes.fitting(plan, made, 256);
          Peer peer =
              life == 1
                  ? PeerWorker.starting(plan, graph, made, x)
                  : PeerWorker.joining(plan, graph, made, x);
          return new Placed(peer, mailbox);
        });
  }

  /** Workers of AD-PSGD. */
  PeerSimulator pairwise(PeerSimulationPlan simulation, long seed) {
    return simulator(
        simulation,
        (life, x) ->
            new Placed(
                PairwiseWorker.starting(plan, graph, x, seed),
                new FifoQueue(QueueOptions.of(256, 1))));
  }

  private record Placed(Peer peer, UpdateQueue mailbox) {}

  private interface Placing {
    Placed place(int life, FlatVector x);
  }

  private PeerSimulator simulator(PeerSimulationPlan simulation, Placing placing) {
    int length = Math.toIntExact(Contenders.LENGTH);
    VectorPool pool = VectorPool.unbounded("simulated", Precision.FLOAT64, length);
    ReferenceTrainer trainer = new ReferenceTrainer(length, task.gradients(0, 0), t -> rate);
    return new PeerSimulator(
        simulation,
        (slot, life) -> {
          Placed placed = placing.place(life, Float64Vector.zeros(length));
          return new PeerSetup(
              placed.peer(),
              placed.mailbox(),
              trainer,
              StepTime.constant(secondsPerStep.get(slot)));
        },
        pool::lease,
        (at, who, decision) -> {});
  }
}
