package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/**
 * A differentiable model: parameters are one flat vector, a batch gives a loss and a flat gradient.
 * What it computes on the way, its activations, is sized for one batch form and lies in memory that
 * it is given ({@link #memory}) or allocates itself. It is used by one thread.
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

  /** Memory for its activations: its own, unless a model says otherwise. */
  default ModelMemory memory() {
    return ModelMemory.ITS_OWN;
  }

  /** Gives back what the model allocated itself. */
  @Override
  void close();
}
