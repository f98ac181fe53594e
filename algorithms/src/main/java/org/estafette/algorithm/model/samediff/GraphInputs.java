package org.estafette.algorithm.model.samediff;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.algorithm.data.Batch;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Turns batches into the arrays of a graph's two placeholders. */
final class GraphInputs {
  private final String inputs;
  private final String targets;
  private final DataType inputType;
  private final DataType targetType;
  private final long[] inputShape;
  private final long[] targetShape;

  GraphInputs(SameDiff graph, String inputs, String targets) {
    Set<String> names = new TreeSet<>();
    graph.placeHolders().forEach(p -> names.add(p.name()));
    if (!names.equals(new TreeSet<>(Arrays.asList(inputs, targets)))) {
      throw new IllegalArgumentException(
          "the graph's placeholders are %s (expected inputs=%s and targets=%s)"
              .formatted(names, inputs, targets));
    }
    this.inputs = inputs;
    this.targets = targets;
    SDVariable in = graph.getVariable(inputs);
    SDVariable out = graph.getVariable(targets);
    this.inputType = in.dataType();
    this.targetType = out.dataType();
    this.inputShape = shape(in);
    this.targetShape = shape(out);
    if (targetType.isFPType() && classes() < 1) {
      throw new IllegalArgumentException(
          "placeholder %s: %s of shape %s (expected the number of classes in the last place, or an integer type)"
              .formatted(targets, targetType, Arrays.toString(targetShape)));
    }
  }

  private static long[] shape(SDVariable placeholder) {
    long[] shape = placeholder.placeholderShape();
    return shape == null ? new long[0] : shape;
  }

  private long classes() {
    return targetShape.length == 0 ? -1 : targetShape[targetShape.length - 1];
  }

  Map<String, INDArray> of(Batch batch) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    switch (batch) {
      case Batch.Rows rows -> {
        int n = rows.size();
        INDArray features =
            Nd4j.create(
                    Arrays.copyOf(rows.features(), n * rows.width()), new long[] {n, rows.width()})
                .castTo(inputType);
        arrays.put(inputs, fit(inputs, features, inputShape, n));
        arrays.put(targets, labels(rows.labels(), n, n));
      }
      case Batch.Tokens tokens -> {
        int n = tokens.tokens();
        INDArray ids =
            Nd4j.createFromArray(Arrays.copyOf(tokens.inputs(), n))
                .reshape(tokens.size(), tokens.length())
                .castTo(inputType);
        arrays.put(inputs, fit(inputs, ids, inputShape, tokens.size()));
        arrays.put(targets, labels(tokens.targets(), n, tokens.size(), tokens.length()));
      }
    }
    return arrays;
  }

  /** Class numbers where the placeholder is of an integer type, else one-hot rows. */
  private INDArray labels(int[] labels, int count, long... shape) {
    if (!targetType.isFPType()) {
      INDArray numbers =
          Nd4j.createFromArray(Arrays.copyOf(labels, count)).reshape(shape).castTo(targetType);
      return fit(targets, numbers, targetShape, shape[0]);
    }
    int classes = Math.toIntExact(classes());
    float[] hot = new float[count * classes];
    for (int i = 0; i < count; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "label %d of sample %d (expected 0 … %d)".formatted(labels[i], i, classes - 1));
      }
      hot[i * classes + labels[i]] = 1;
    }
    long[] hotShape = Arrays.copyOf(shape, shape.length + 1);
    hotShape[shape.length] = classes;
    return fit(targets, Nd4j.create(hot, hotShape).castTo(targetType), targetShape, shape[0]);
  }

  /**
   * Gives the array the shape that the placeholder declares; the first unknown size is the batch.
   */
  private static INDArray fit(String name, INDArray array, long[] declared, long batch) {
    if (declared.length == 0) {
      return array;
    }
    long[] shape = declared.clone();
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 0) {
        shape[i] = i == 0 ? batch : array.size(Math.min(i, array.rank() - 1));
      }
    }
    long size = 1;
    for (long s : shape) {
      size *= s;
    }
    if (size != array.length()) {
      throw new IllegalArgumentException(
          "placeholder %s: a batch of shape %s (expected one that fits %s)"
              .formatted(name, Arrays.toString(array.shape()), Arrays.toString(declared)));
    }
    return array.reshape(shape);
  }
}
