package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/**
 * A differentiable model: parameters are one flat vector, a batch gives a loss and a flat gradient.
 * What it computes on the way, its activations, is sized for one batch form and lies in memory that
 * it is given ({@link #workIn}) or allocates itself. It is used by one thread.
 */
public interface Model extends AutoCloseable {
  /** The tensors of the parameters. */
  Layout layout();

  /** Fills {@code parameters} with this model's initial values, decided by {@code seed} alone. */
  void initialize(Float32Vector parameters, long seed);

  /**
   * Mean loss over the batch, in nats, and its gradient.
   *
   * @param parameters read
   * @param gradient overwritten with ∂loss/∂parameters; padding stays zero
   * @return the mean loss
   */
  double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient);

  /** Mean loss over the batch, in nats, without a gradient. */
  double loss(Batch batch, DeviceVector parameters);

  /**
   * As {@link #loss}, with the accuracy where the model classifies: {@link Score#of} the loss
   * unless a model says otherwise.
   */
  default Score score(Batch batch, DeviceVector parameters) {
    return Score.of(loss(batch, parameters));
  }

  /**
   * 4-byte elements of device memory that the model asks for, beside parameters and gradient: so
   * many are allocated in one piece with the trainer's own. 0, as here, for a model that sees to
   * its memory itself.
   */
  default long activations() {
    return 0;
  }

  /** What {@link #activations} hold, in words: for the message where they do not fit. */
  default String describeActivations() {
    return "activations of " + getClass().getSimpleName();
  }

  /**
   * Gives the memory for {@link #activations}. Called at most once, before the first loss; a model
   * that is used without it allocates its own.
   *
   * @param memory at least so many zeros, aligned to 64 bytes; the model's alone until it is
   *     closed, and not to be given back by it. Where this throws, it is not used any more
   */
  default void workIn(DeviceVector memory) {}

  /** Gives back what the model allocated itself. */
  @Override
  void close();
}
