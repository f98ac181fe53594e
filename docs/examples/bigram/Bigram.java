package org.example;

import java.util.Map;
import org.estafette.actor.run.ModelProvider;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Model;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/**
 * The least language model: a table of logits, row = this byte, column = the next. Written over the
 * device's operations, so that nothing is copied between model and run. What a model must beat.
 */
public final class Bigram implements ModelProvider {
  private static final int BYTES = 256;

  @Override
  public Model create(Device device, Dataset dataset, int batch, Map<String, String> options) {
    if (!(dataset.newBatch(batch) instanceof Batch.Tokens tokens)) {
      throw new IllegalArgumentException("Bigram learns text (expected data.kind = text)");
    }
    return new Table(device, tokens.tokens());
  }

  private static final class Table implements Model {
    private final Device device;
    private final int most;
    private final Layout layout = Layout.builder().add("logits", BYTES, BYTES).build();
    private final DeviceArena arena;
    private final DeviceVector inputs;
    private final DeviceVector targets;
    private final DeviceVector logits;
    private final DeviceVector positions; // none: the operation adds them, so they are zero
    private final DeviceVector unused;

    Table(Device device, int most) {
      this.device = device;
      this.most = most;
      Layout cuts =
          Layout.builder()
              .add("inputs", most)
              .add("targets", most)
              .add("logits", most, BYTES)
              .add("positions", BYTES)
              .add("unused", BYTES)
              .build();
      arena = device.allocate("bigrams of " + most + " bytes", cuts.length());
      inputs = arena.all().slice(cuts.get("inputs"));
      targets = arena.all().slice(cuts.get("targets"));
      logits = arena.all().slice(cuts.get("logits"));
      positions = arena.all().slice(cuts.get("positions"));
      unused = arena.all().slice(cuts.get("unused"));
      device.fill(positions, 0);
    }

    @Override
    public Layout layout() {
      return layout;
    }

    @Override
    public void initialize(Float32Vector parameters, long seed) {
      parameters.fill(0); // every byte alike: the loss begins at ln 256
    }

    @Override
    public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
      int n = forward(batch, parameters);
      double loss = device.crossEntropyBackward(logits, targets, n, BYTES, 1f / n);
      device.fill(gradient, 0);
      device.embeddingBackward(gradient, unused, inputs, logits, n, 1, BYTES);
      return loss / n;
    }

    @Override
    public double loss(Batch batch, DeviceVector parameters) {
      int n = forward(batch, parameters);
      return device.crossEntropy(logits, targets, n, BYTES) / n;
    }

    private int forward(Batch batch, DeviceVector parameters) {
      if (!(batch instanceof Batch.Tokens tokens) || tokens.tokens() > most) {
        throw new IllegalArgumentException(
            "batch=" + batch + " (expected at most " + most + " bytes)");
      }
      int n = tokens.tokens();
      device.upload(tokens.inputs(), 0, n, inputs);
      device.upload(tokens.targets(), 0, n, targets);
      device.embedding(logits, inputs, parameters, positions, n, 1, BYTES);
      return n;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
