package org.estafette.actor.run;

import java.util.Map;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.server.ServerWorker;
import org.estafette.memory.Float32Vector;

/**
 * Makes the participants of a run with a server: how users bring their own. The class that {@code
 * estafette.strategy} names is public and has a public constructor without parameters; each node
 * makes one. The same participants run in a cluster ({@code estafette train}) and in virtual time
 * ({@code estafette simulate}).
 *
 * <p>What a side does not override is that of {@code strategy = "async"}. The two sides speak
 * {@link org.estafette.algorithm.Pull}, {@link org.estafette.algorithm.PseudoGradient} and {@link
 * org.estafette.algorithm.GlobalModel}: a worker pulls, gets a model with an assignment, pushes
 * what came of it, and is answered with the next. Most own participants wrap {@link AsyncWorker},
 * which knows about lost answers, epochs and incarnations, and change what goes in and out.
 */
public interface Strategy {
  /** The server; it owns {@code parts.parameters()} from then on. */
  default Server server(ServerParts parts) {
    return new ParameterServer(parts.plan(), parts.parameters(), parts.outer());
  }

  /** A worker for one life in one slot. */
  default ServerWorker worker(WorkerParts parts) {
    return new AsyncWorker(parts.run(), parts.patience(), parts.secondsPerStep());
  }

  /**
   * What a server is made of.
   *
   * @param plan the run's budget, staleness policy, local steps and shards as configured
   * @param parameters the first parameters
   * @param outer the configured outer optimizer
   * @param workers {@code estafette.workers.count}
   * @param options {@code estafette.strategy-options}
   */
  record ServerParts(
      ServerPlan plan,
      Float32Vector parameters,
      OuterOptimizer outer,
      int workers,
      Map<String, String> options) {}

  /**
   * What a worker is made of.
   *
   * @param run the run's number
   * @param patience seconds without an answer after which it asks again; infinite in virtual time
   * @param secondsPerStep what a local step is expected to take; NaN where that is not known
   * @param length elements of the parameters
   * @param displacement how far a push moves the server's parameters in all, as a multiple of it
   *     (see {@link OuterOptimizer#displacement}); NaN where the outer rule is not linear
   * @param options {@code estafette.strategy-options}
   */
  record WorkerParts(
      long run,
      double patience,
      double secondsPerStep,
      long length,
      double displacement,
      Map<String, String> options) {}
}
