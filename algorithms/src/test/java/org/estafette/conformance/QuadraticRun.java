package org.estafette.conformance;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.RoundCoordinator;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.simulation.Link;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.Simulator;
import org.estafette.simulation.StepTime;
import org.estafette.simulation.WorkerSetup;

/** Simulated runs on diagonal quadratics f_i = ½ Σ A_i (x − B_i)²: one a worker. */
final class QuadraticRun {
  /** What a push or a round left. */
  record Point(
      double time, int worker, long staleness, long version, long localSteps, double[] params) {}

  private final double[] secondsPerStep;
  private final double[][] a;
  private final double[][] b;
  private final double[] x0;
  private final double eta;

  QuadraticRun(double[] secondsPerStep, double[][] a, double[][] b, double[] x0, double eta) {
    this.secondsPerStep = secondsPerStep;
    this.a = a;
    this.b = b;
    this.x0 = x0;
    this.eta = eta;
  }

  double loss(double[] x) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < x.length; j++) {
        sum += 0.5 * a[i][j] * (x[j] - b[i][j]) * (x[j] - b[i][j]);
      }
    }
    return sum / a.length;
  }

  private double gradient(int shard, Float64Vector x, Float64Vector into) {
    double sum = 0;
    for (int j = 0; j < x.length(); j++) {
      double distance = x.get(j) - b[shard][j];
      into.set(j, a[shard][j] * distance);
      sum += 0.5 * a[shard][j] * distance * distance;
    }
    return sum;
  }

  /** Points of the first {@code count} pushes. */
  List<Point> async(OuterRule rule, double weight, LocalSteps steps, GraceWindow grace, int count) {
    Float64Vector x = Float64Vector.of(x0);
    ServerPlan plan = plan(weight, steps, grace);
    return run(
        new ParameterServer(plan, x, new LinearOuter(rule, x.length(), Precision.FLOAT64)),
        count,
        false);
  }

  /** Points of the first {@code count} rounds. */
  List<Point> sync(OuterRule rule, LocalSteps steps, int count) {
    Float64Vector x = Float64Vector.of(x0);
    return run(
        new RoundCoordinator(
            plan(1, steps, GraceWindow.NONE),
            x,
            new LinearOuter(rule, x.length(), Precision.FLOAT64),
            RoundCoordinator.Averaging.UNIFORM,
            secondsPerStep.length,
            1e9),
        count,
        true);
  }

  private ServerPlan plan(double weight, LocalSteps steps, GraceWindow grace) {
    long[] sizes = new long[a.length];
    java.util.Arrays.fill(sizes, 1);
    return new ServerPlan(
        1,
        weight,
        new StalenessPolicy.Constant(),
        0,
        steps,
        grace,
        new ShardChoice.Own(),
        sizes,
        Long.MAX_VALUE,
        ServerPlan.ScheduleScope.SHARD,
        0);
  }

  private List<Point> run(Server server, int count, boolean rounds) {
    List<Point> points = new ArrayList<>();
    long[] localSteps = {0};
    try (Simulator simulator =
        new Simulator(
            SimulationPlan.of(secondsPerStep.length, new FifoQueue(QueueOptions.of(1000, 1))),
            server,
            (slot, life) ->
                new WorkerSetup(
                    new AsyncWorker(1, Double.POSITIVE_INFINITY, secondsPerStep[slot]),
                    new ReferenceTrainer(
                        x0.length, (shard, step, x, g) -> gradient(shard, x, g), t -> eta),
                    StepTime.constant(secondsPerStep[slot]),
                    Link.INSTANT),
            () -> Lease.unpooled(Float64Vector.zeros(x0.length)),
            (at, who, decision) -> {
              if (decision instanceof Decision.Applied p) {
                localSteps[0] += p.report().steps();
                if (!rounds) {
                  points.add(
                      new Point(
                          at,
                          p.header().sender().slot(),
                          p.staleness(),
                          p.version(),
                          localSteps[0],
                          ((Float64Vector) server.parameters()).toArray()));
                }
              } else if (decision instanceof Decision.RoundClosed r) {
                points.add(
                    new Point(
                        at,
                        -1,
                        0,
                        r.version(),
                        localSteps[0],
                        ((Float64Vector) server.parameters()).toArray()));
              }
            })) {
      simulator.start();
      simulator.run(Double.POSITIVE_INFINITY, () -> points.size() >= count);
    }
    return points.subList(0, Math.min(count, points.size()));
  }
}
