package org.example;

import java.util.Map;
import org.estafette.actor.run.ModelProvider;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.data.ImageForm;
import org.estafette.algorithm.data.Images;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.model.samediff.SameDiffModel;
import org.estafette.device.Device;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A small MLP-Mixer (Tolstikhin et al. 2021, arXiv 2105.01601) as an ND4J SameDiff graph: the image
 * is cut into patches, and layers mix in turn between patches and between a patch's numbers.
 */
public final class Mixer implements ModelProvider {
  @Override
  public Model create(Device device, Dataset dataset, int batch, Map<String, String> options) {
    if (!(dataset instanceof Images images)) {
      throw new IllegalArgumentException("Mixer needs images (expected data.kind = images)");
    }
    int side = Integer.parseInt(options.getOrDefault("patch", "4"));
    int width = Integer.parseInt(options.getOrDefault("width", "32"));
    int layers = Integer.parseInt(options.getOrDefault("layers", "2"));
    ImageForm form = images.form();
    if (form.height() % side != 0 || form.width() % side != 0) {
      throw new IllegalArgumentException(
          "patch=" + side + " (expected a divisor of the image's sides, " + form + ")");
    }
    int down = form.height() / side;
    int across = form.width() / side;
    int patches = down * across;
    int numbers = side * side * form.channels();

    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("features", DataType.FLOAT, -1, form.size());
    SDVariable y = sd.placeHolder("labels", DataType.FLOAT, -1, images.classes());
    SDVariable cut = sd.reshape(x, -1, down, side, across, side * form.channels());
    cut = sd.reshape(sd.permute(cut, 0, 1, 3, 2, 4), -1, numbers);
    SDVariable h = linear(sd, cut, "embed", numbers, width); // a row for each patch
    for (int l = 0; l < layers; l++) {
      SDVariable turned = turn(sd, h, patches, width);
      SDVariable mixed = block(sd, turned, "tokens" + l, patches);
      h = h.add(turn(sd, mixed, width, patches));
      h = h.add(block(sd, h, "channels" + l, width));
    }
    SDVariable mean = sd.mean(sd.reshape(h, -1, patches, width), 1);
    SDVariable logits = linear(sd, mean, "head", width, images.classes());
    y.mul(sd.nn().logSoftmax(logits)).sum(1).neg().mean("loss");
    return new SameDiffModel(device, sd, "features", "labels", "loss");
  }

  /** Rows of patches become rows of channels, or back. */
  private static SDVariable turn(SameDiff sd, SDVariable rows, int a, int b) {
    return sd.reshape(sd.permute(sd.reshape(rows, -1, a, b), 0, 2, 1), -1, a);
  }

  private static SDVariable block(SameDiff sd, SDVariable rows, String name, int width) {
    SDVariable hidden = sd.nn().relu(linear(sd, rows, name + "_in", width, 2 * width), 0);
    return linear(sd, hidden, name + "_out", 2 * width, width);
  }

  private static SDVariable linear(SameDiff sd, SDVariable rows, String name, int in, int out) {
    SDVariable weight = sd.var(name + "_w", Nd4j.zeros(DataType.FLOAT, in, out));
    SDVariable bias = sd.var(name + "_b", Nd4j.zeros(DataType.FLOAT, out));
    return rows.mmul(weight).add(bias);
  }
}
