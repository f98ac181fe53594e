package org.estafette.algorithm.model.samediff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.model.InitialValues;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.NdArrays;
import org.estafette.memory.TensorSpec;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The VARIABLE arrays of a graph, sorted by name, as one flat vector. The graph holds arrays of its
 * own: ND4J copies whatever it is given for a variable.
 */
final class GraphParameters {
  private final Layout layout;
  private final Float32Vector values;
  private final Map<String, Double> constants = new LinkedHashMap<>();
  private final List<Slot> slots = new ArrayList<>();

  /** A tensor of the flat vector, and the graph's array for it. */
  private record Slot(INDArray flat, INDArray ofGraph) {}

  GraphParameters(SameDiff graph) {
    List<SDVariable> variables = new ArrayList<>();
    for (SDVariable v : graph.variables()) {
      if (v.getVariableType() == VariableType.VARIABLE) {
        variables.add(v);
      }
    }
    if (variables.isEmpty()) {
      throw new IllegalArgumentException(
          "the graph has no VARIABLE (expected parameters to train)");
    }
    variables.sort(Comparator.comparing(SDVariable::name));
    Layout.Builder builder = Layout.builder();
    for (SDVariable v : variables) {
      if (v.dataType() != DataType.FLOAT) {
        throw new IllegalArgumentException(
            "variable %s: data type %s (expected FLOAT)".formatted(v.name(), v.dataType()));
      }
      INDArray given = v.getArr();
      if (given == null || given.isEmpty()) {
        throw new IllegalArgumentException(
            "variable %s: no array (expected one of its final shape)".formatted(v.name()));
      }
      builder.add(v.name(), shape(given));
      if (given.rank() <= 1 && given.minNumber().equals(given.maxNumber())) {
        constants.put(v.name(), given.minNumber().doubleValue());
      }
    }
    layout = builder.build();
    values = Float32Vector.allocate(layout.length());
    for (SDVariable v : variables) {
      slots.add(new Slot(NdArrays.view(values, layout.get(v.name())), v.getArr()));
    }
  }

  private static int[] shape(INDArray array) {
    int[] shape = new int[array.rank()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = Math.toIntExact(array.size(i));
    }
    return shape;
  }

  Layout layout() {
    return layout;
  }

  /** The flat vector; {@link #load} takes it into the graph. */
  Float32Vector values() {
    return values;
  }

  /** The graph computes with {@link #values} from now on. */
  void load() {
    for (Slot slot : slots) {
      slot.ofGraph().assign(slot.flat());
    }
  }

  /**
   * Glorot and Bengio's normal initialisation for everything of two or more dimensions. Vectors and
   * scalars that the graph sets to one value (biases to 0, gains to 1) keep it.
   */
  void initialize(Float32Vector parameters, long seed) {
    for (TensorSpec spec : layout.tensors()) {
      Double constant = constants.get(spec.name());
      if (constant != null) {
        InitialValues.constant(parameters, layout, spec.name(), constant);
      } else {
        InitialValues.normal(parameters, layout, spec.name(), deviation(spec), seed);
      }
    }
  }

  private static double deviation(TensorSpec spec) {
    List<Integer> shape = spec.shape();
    if (shape.size() < 2) {
      return 1 / Math.sqrt((double) spec.size());
    }
    // The last two dimensions carry input and output; those before, a receptive field.
    int rank = shape.size();
    double field = (double) spec.size() / shape.get(rank - 1) / shape.get(rank - 2);
    return Math.sqrt(2 / (field * (shape.get(rank - 1) + shape.get(rank - 2))));
  }
}
