package org.estafette.algorithm.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.model.Score;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.device.PendingCopy;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model on a device. Parameters, those of the round's beginning, gradient and moments are
 * one contiguous vector each; they and the model's activations are one arena, allocated before the
 * first step. A step allocates nothing, and the same orders give the same bits.
 */
public final class DeviceTrainer implements LocalTrainer {
  private final Device device;
  private final Model model;
  private final Dataset data;
  private final TrainerOptions options;
  private final Batch batch;
  private final TrainerMemory memory;
  private final DeviceVector parameters;
  private final DeviceVector start;
  private final DeviceVector gradient;
  private final DeviceVector[] moments;
  private final OptimizerStep step;
  private final Float32Vector exchange;

  /** What travels beside the steps: Δ on its way out, then x on its way in. */
  private final @Nullable DeviceVector travelling;

  private long optimizerStep;

  /** Names the random numbers with which this round's Δ is rounded. */
  private long rounding;

  /**
   * Allocates; the parameters are zero until {@link #load}.
   *
   * @param model used by this trainer alone, and closed with it, also where this throws
   * @param batchSize samples of a step
   * @throws org.estafette.device.DeviceMemoryException where not all fits on the device
   */
  public DeviceTrainer(
      Device device, Model model, Dataset data, int batchSize, TrainerOptions options) {
    this(device, model, data, batchSize, options, false);
  }

  /**
   * Allocates; the parameters are zero until {@link #load}.
   *
   * @param model used by this trainer alone, and closed with it, also where this throws
   * @param batchSize samples of a step
   * @param beside whether Δ and the parameters travel while steps are taken: one vector more.
   *     Without it, what {@link #bring} brings must be taken up before the next step
   * @throws org.estafette.device.DeviceMemoryException where not all fits on the device
   */
  public DeviceTrainer(
      Device device,
      Model model,
      Dataset data,
      int batchSize,
      TrainerOptions options,
      boolean beside) {
    this.device = device;
    this.model = model;
    this.data = data;
    this.options = options;
    try {
      this.batch = data.newBatch(batchSize);
      this.memory = new TrainerMemory(device, model, options.optimizer().moments(), beside);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
    this.parameters = memory.parameters;
    this.start = memory.start;
    this.gradient = memory.gradient;
    this.moments = memory.moments;
    this.travelling = memory.travelling;
    this.exchange = memory.exchange;
    this.step =
        OptimizerStep.of(
            device, options.optimizer(), model.layout(), parameters, gradient, moments);
  }

  @Override
  public long dimension() {
    return parameters.length();
  }

  @Override
  public Precision precision() {
    return Precision.FLOAT32;
  }

  /** The parameters as they are now, on the device: for evaluation and sampling between rounds. */
  public DeviceVector parameters() {
    return parameters;
  }

  @Override
  public void load(FlatVector from) {
    checkLength("parameters", from);
    if (from instanceof Float32Vector f) {
      device.upload(f, parameters);
    } else {
      exchange.copyFrom(from);
      device.upload(exchange, parameters);
    }
    device.copy(parameters, start);
  }

  @Override
  public TrainedRound train(TrainOrder order, BooleanSupplier interrupted) {
    if (options.resetEachRound()) {
      forget();
    }
    if (options.quantization() != null) {
      rounding = options.quantization().key(order.shard(), order.shardStep());
    }
    double sum = 0;
    double last = Double.NaN;
    long tokens = 0;
    int taken = 0;
    double rates = 0;
    while (taken < order.steps() && !interrupted.getAsBoolean()) {
      data.fill(batch, order.shard(), order.shardStep() + taken);
      double at = order.scheduleStep() + taken * order.scheduleStride();
      double rate = options.learningRate().at(at);
      last = step(rate);
      rates += rate;
      sum += last;
      tokens += batch.tokens();
      taken++;
    }
    forgetIfDiverged(sum);
    return new TrainedRound(taken, tokens, taken == 0 ? Double.NaN : sum / taken, last, rates);
  }

  /** Moments with NaN or infinity would spoil every round to come, whatever it begins from. */
  private void forgetIfDiverged(double losses) {
    boolean finite = Double.isFinite(losses) && Double.isFinite(device.squaredNorm(parameters));
    for (DeviceVector moment : moments) {
      finite = finite && Double.isFinite(device.squaredNorm(moment));
    }
    if (!finite) {
      forget();
    }
  }

  private double step(double rate) {
    double loss = model.lossAndGradient(batch, parameters, gradient);
    double gradientScale = 1;
    if (options.clipNorm() > 0) {
      double norm = Math.sqrt(device.squaredNorm(gradient));
      if (norm > options.clipNorm()) {
        gradientScale = options.clipNorm() / norm;
      }
    }
    optimizerStep++;
    step.apply(rate, optimizerStep, gradientScale);
    return loss;
  }

  private void forget() {
    optimizerStep = 0;
    for (DeviceVector moment : moments) {
      device.fill(moment, 0);
    }
  }

  /** Mean loss over the first validation batches. */
  public double validate(long batches) {
    return score(batches).loss();
  }

  /** Mean loss, and accuracy where the model classifies, over the first validation batches. */
  public Score score(long batches) {
    long count = Math.min(batches, data.validationBatches(batch.size()));
    double loss = 0;
    double accuracy = 0;
    for (long b = 0; b < count; b++) {
      data.fillValidation(batch, b);
      Score score = model.score(batch, parameters);
      loss += score.loss();
      accuracy += score.accuracy();
    }
    return new Score(loss / count, accuracy / count);
  }

  @Override
  public void pseudoGradient(FlatVector into) {
    checkLength("into", into);
    // The gradient's place is free between steps.
    difference(gradient);
    if (into instanceof Float32Vector f) {
      device.download(gradient, f);
    } else {
      device.download(gradient, exchange);
      into.copyFrom(exchange);
    }
  }

  @Override
  public PendingCopy startPseudoGradient(FlatVector into) {
    if (travelling == null || !(into instanceof Float32Vector f)) {
      pseudoGradient(into);
      return PendingCopy.DONE;
    }
    checkLength("into", into);
    difference(travelling);
    return device.startDownload(travelling, f);
  }

  /** Δ, as it is to travel. */
  private void difference(DeviceVector into) {
    device.subtract(into, start, parameters);
    if (options.quantization() != null) {
      device.quantize(into, options.quantization().bits(), rounding);
    }
  }

  @Override
  public void goOn() {
    device.copy(parameters, start);
  }

  @Override
  public PendingCopy bring(FlatVector x) {
    checkLength("parameters", x);
    if (x instanceof Float32Vector f) {
      return device.startUpload(f, brought());
    }
    exchange.copyFrom(x);
    device.upload(exchange, brought());
    return PendingCopy.DONE;
  }

  /** Without a vector for what travels, the gradient's: it is free between steps. */
  private DeviceVector brought() {
    return travelling == null ? gradient : travelling;
  }

  @Override
  public void rebase() {
    device.subtract(start, brought(), start);
    device.axpy(1, start, parameters);
    device.copy(brought(), start);
  }

  @Override
  public TrainerState state() {
    List<FlatVector> copies = new ArrayList<>();
    for (DeviceVector moment : moments) {
      Float32Vector copy = Float32Vector.allocate(moment.length());
      device.download(moment, copy);
      copies.add(copy);
    }
    return new TrainerState(optimizerStep, copies);
  }

  @Override
  public void restore(TrainerState state) {
    if (state.moments().size() != moments.length) {
      throw new IllegalArgumentException(
          "state with %d moments (expected %d for %s)"
              .formatted(state.moments().size(), moments.length, options.optimizer()));
    }
    for (FlatVector moment : state.moments()) {
      checkLength("moment", moment);
    }
    for (int i = 0; i < moments.length; i++) {
      exchange.copyFrom(state.moments().get(i));
      device.upload(exchange, moments[i]);
    }
    optimizerStep = state.optimizerStep();
  }

  private void checkLength(String name, FlatVector v) {
    if (v.length() != parameters.length()) {
      throw new IllegalArgumentException(
          name + ": length=" + v.length() + " (expected " + parameters.length() + ")");
    }
  }

  @Override
  public void close() {
    model.close();
    memory.close();
  }
}
