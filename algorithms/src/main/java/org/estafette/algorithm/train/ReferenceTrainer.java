package org.estafette.algorithm.train;

import java.util.function.BooleanSupplier;
import org.estafette.device.PendingCopy;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;

/**
 * Local steps in float64 on a function handed in, with any inner optimizer: small tasks whose every
 * number is to be followed exactly.
 */
public final class ReferenceTrainer implements LocalTrainer {
  /** A differentiable function of the parameters. */
  @FunctionalInterface
  public interface Objective {
    /**
     * Loss at {@code x}; its gradient goes into {@code gradient}.
     *
     * @param shard whose function it is
     * @param step steps taken on that shard before
     */
    double lossAndGradient(int shard, long step, Float64Vector x, Float64Vector gradient);
  }

  private final Objective objective;
  private final java.util.function.DoubleUnaryOperator rate;
  private final Float64Vector start;
  private final Float64Vector x;
  private final Float64Vector brought;
  private final Float64Vector gradient;
  private final ReferenceStep step;
  private long optimizerStep;

  /**
   * Plain gradient descent: a trainer for {@code dimension} parameters whose learning rate is a
   * function of the schedule step.
   */
  public ReferenceTrainer(
      int dimension, Objective objective, java.util.function.DoubleUnaryOperator rate) {
    this(dimension, objective, rate, new InnerOptimizer.Sgd(0));
  }

  /**
   * A trainer for {@code dimension} parameters, all of which decay where the optimizer has a weight
   * decay: there are no tensors here to tell apart.
   */
  public ReferenceTrainer(
      int dimension,
      Objective objective,
      java.util.function.DoubleUnaryOperator rate,
      InnerOptimizer optimizer) {
    this.objective = objective;
    this.rate = rate;
    this.start = Float64Vector.zeros(dimension);
    this.x = Float64Vector.zeros(dimension);
    this.brought = Float64Vector.zeros(dimension);
    this.gradient = Float64Vector.zeros(dimension);
    this.step = new ReferenceStep(optimizer, x, gradient);
  }

  @Override
  public long dimension() {
    return x.length();
  }

  @Override
  public Precision precision() {
    return Precision.FLOAT64;
  }

  @Override
  public void load(FlatVector parameters) {
    start.copyFrom(parameters);
    x.copyFrom(parameters);
  }

  @Override
  public TrainedRound train(TrainOrder order, BooleanSupplier interrupted) {
    double sum = 0;
    double last = Double.NaN;
    int taken = 0;
    double rates = 0;
    while (taken < order.steps() && !interrupted.getAsBoolean()) {
      last = objective.lossAndGradient(order.shard(), order.shardStep() + taken, x, gradient);
      double now = rate.applyAsDouble(order.scheduleStep() + taken * order.scheduleStride());
      step.apply(now, ++optimizerStep);
      rates += now;
      sum += last;
      taken++;
    }
    if (!Double.isFinite(sum) || !x.isFinite() || !step.isFinite()) {
      // Moments with NaN would spoil every round to come, whatever it begins from.
      step.forget();
      optimizerStep = 0;
    }
    return new TrainedRound(taken, taken, sum / taken, last, rates);
  }

  @Override
  public void pseudoGradient(FlatVector into) {
    into.difference(start, x);
  }

  @Override
  public void goOn() {
    start.copyFrom(x);
  }

  @Override
  public PendingCopy bring(FlatVector parameters) {
    brought.copyFrom(parameters);
    return PendingCopy.DONE;
  }

  @Override
  public void rebase() {
    start.difference(brought, start);
    x.axpy(1, start);
    start.copyFrom(brought);
  }

  @Override
  public TrainerState state() {
    return new TrainerState(optimizerStep, step.moments());
  }

  @Override
  public void restore(TrainerState state) {
    step.restore(state.moments());
    optimizerStep = state.optimizerStep();
  }

  @Override
  public void close() {}
}
