package org.estafette.algorithm.examples;

import org.estafette.algorithm.model.samediff.SameDiffModel;
import org.estafette.device.Device;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model of one's own: a network with one hidden layer, built with ND4J's SameDiff and trained by
 * Estafette like any other.
 */
public final class BringYourOwnGraph {
  private BringYourOwnGraph() {}

  /** softmax(tanh(x·w1 + b1)·w2 + b2), with the mean cross-entropy over the batch as its loss. */
  public static SameDiff graph(int features, int hidden, int classes) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("features", DataType.FLOAT, -1, features);
    SDVariable y = sd.placeHolder("labels", DataType.FLOAT, -1, classes);
    SDVariable w1 = sd.var("w1", Nd4j.zeros(DataType.FLOAT, features, hidden));
    SDVariable b1 = sd.var("b1", Nd4j.zeros(DataType.FLOAT, hidden));
    SDVariable w2 = sd.var("w2", Nd4j.zeros(DataType.FLOAT, hidden, classes));
    SDVariable b2 = sd.var("b2", Nd4j.zeros(DataType.FLOAT, classes));
    SDVariable h = sd.math().tanh(x.mmul(w1).add(b1));
    SDVariable logits = h.mmul(w2).add("logits", b2);
    SDVariable logProbabilities = sd.nn().logSoftmax(logits);
    y.mul(logProbabilities).sum(1).neg().mean("loss");
    return sd;
  }

  /** Every worker gets a graph of its own. */
  public static SameDiffModel model(Device device, int features, int hidden, int classes) {
    return new SameDiffModel(
        device, graph(features, hidden, classes), "features", "labels", "loss");
  }
}
