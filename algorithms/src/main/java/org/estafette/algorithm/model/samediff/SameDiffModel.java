package org.estafette.algorithm.model.samediff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.model.Model;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.NdArrays;
import org.estafette.memory.TensorSpec;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.Gather;

/**
 * Any ND4J SameDiff graph as a model. Its parameters are the graph's VARIABLE arrays (float32),
 * sorted by name; its loss is one scalar of the graph, the mean over the batch.
 *
 * <p>The two placeholders are filled from the batch. Of {@link Batch.Rows}: features, and their
 * classes; of {@link Batch.Tokens}: input tokens and their successors. Where the placeholder of the
 * targets is of an integer type it gets class numbers, otherwise one-hot rows as wide as its last
 * dimension. Both take the shape that their placeholder declares, with the batch in the place of
 * the first −1: rows of 784 features can feed a placeholder of shape [−1, 1, 28, 28].
 *
 * <p>The graph is computed by ND4J on the CPU, whatever the device; parameters and gradient are
 * copied. A step allocates: ND4J makes its arrays anew. Random operations in the graph (dropout)
 * draw from ND4J's own generator, so that runs with them repeat only if the caller seeds it.
 */
public final class SameDiffModel implements Model {
  private final Device device;
  private final SameDiff graph;
  private final String loss;
  private final GraphInputs inputs;
  private final GraphParameters parameters;
  private final Float32Vector gradient;
  private final Map<String, INDArray> slots = new LinkedHashMap<>();
  private final List<String> names;

  /**
   * Takes the graph over: its variables are overwritten at every call. Every worker needs a graph
   * of its own.
   *
   * @param device where the vectors of parameters and gradients are
   * @param inputs name of the placeholder for features or tokens
   * @param targets name of the placeholder for classes or successors
   * @param loss name of the scalar to be minimised
   * @throws IllegalArgumentException where the graph has no such placeholders or loss, others
   *     besides, a variable that is not float32, or an operation whose gradient ND4J gets wrong
   */
  public SameDiffModel(Device device, SameDiff graph, String inputs, String targets, String loss) {
    if (!graph.hasVariable(loss)) {
      throw new IllegalArgumentException(
          "loss=%s: the graph has no such variable (expected one of %s)"
              .formatted(loss, graph.variableMap().keySet()));
    }
    refuseGather(graph);
    this.device = device;
    this.graph = graph;
    this.loss = loss;
    this.inputs = new GraphInputs(graph, inputs, targets);
    this.parameters = new GraphParameters(graph);
    this.gradient = Float32Vector.allocate(layout().length());
    for (TensorSpec spec : layout().tensors()) {
      slots.put(spec.name(), NdArrays.view(gradient, spec));
    }
    this.names = List.copyOf(slots.keySet());
    graph.setLossVariables(loss);
  }

  /**
   * The gradient of gather in ND4J 1.0.0-M2.1 counts an index that comes twice only once: a table
   * of embeddings would be trained wrongly, and nobody would be told.
   */
  private static void refuseGather(SameDiff graph) {
    for (DifferentialFunction op : graph.ops()) {
      if (op instanceof Gather && op.arg(0).dataType().isFPType()) {
        throw new IllegalArgumentException(
            ("operation %s gathers from %s: ND4J's gradient of it forgets repeated indices"
                    + " (expected oneHot(indices, rows).mmul(table))")
                .formatted(op.getOwnName(), op.arg(0).name()));
      }
    }
  }

  @Override
  public Layout layout() {
    return parameters.layout();
  }

  /**
   * Glorot's normal values for matrices and kernels; vectors and scalars that the graph sets to one
   * value keep it.
   */
  @Override
  public void initialize(Float32Vector into, long seed) {
    parameters.initialize(into, seed);
  }

  @Override
  public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
    load(parameters);
    if (!graph.hasGradientFunction()) {
      Quiet.during(() -> graph.createGradFunction(names.toArray(String[]::new)));
    }
    OutAndGrad result = graph.calculateGradientsAndOutputs(inputs.of(batch), List.of(loss), names);
    slots.forEach((name, slot) -> slot.assign(result.getGradients().get(name)));
    device.upload(this.gradient, gradient);
    return scalar(result.getOutputs());
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    load(parameters);
    return scalar(graph.output(inputs.of(batch), List.of(loss)));
  }

  private void load(DeviceVector from) {
    device.download(from.slice(0, layout().length()), parameters.values());
    parameters.load();
  }

  private double scalar(Map<String, INDArray> outputs) {
    INDArray value = outputs.get(loss);
    if (value == null || value.length() != 1) {
      throw new IllegalStateException(
          "loss %s: shape %s (expected a scalar: take the mean over the batch)"
              .formatted(loss, value == null ? "none" : value.shapeInfoToString()));
    }
    return value.getDouble(0);
  }

  /** Nothing to give back: the arrays are collected with the graph. */
  @Override
  public void close() {}
}
