package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/**
 * Binary logistic regression with a ridge, without an intercept (add a constant feature for one):
 *
 * <pre>f(w) = mean log(1 + exp(−y·xᵀw)) + ½·ridge·‖w‖²,   y = +1 for class 1, −1 for class 0</pre>
 */
public final class Logistic implements Model {
  private final Device device;
  private final int features;
  private final int batch;
  private final double ridge;
  private final Layout layout;
  private final Workplace<Activations> workplace;
  private final Hits hits;

  /**
   * Allocates nothing on the device.
   *
   * @param features elements of a row
   * @param ridge weight of ½‖w‖²
   * @param batch most rows of a batch
   * @throws IllegalArgumentException where one of them is too small
   */
  public Logistic(Device device, int features, double ridge, int batch) {
    if (features < 1 || !(ridge >= 0) || batch < 1) {
      throw new IllegalArgumentException(
          "features=%d, ridge=%s, batch=%d (expected >= 1, >= 0, >= 1)"
              .formatted(features, ridge, batch));
    }
    this.device = device;
    this.features = features;
    this.batch = batch;
    this.ridge = ridge;
    this.layout = Layout.of("weight", features);
    Layout cuts =
        Layout.builder()
            .add("rows", batch, features)
            .add("targets", batch)
            .add("scores", batch)
            .add("logits", batch, 2)
            .add("pick", 2)
            .build();
    this.workplace =
        new Workplace<>(
            device,
            "logistic regression of " + batch + " rows",
            cuts.length(),
            memory -> new Activations(device, memory, cuts));
    this.hits = new Hits(batch, 2);
  }

  @Override
  public Layout layout() {
    return layout;
  }

  /** Zero, whatever the seed. */
  @Override
  public void initialize(Float32Vector parameters, long seed) {
    parameters.fill(0);
  }

  @Override
  public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
    Batch.Rows given = check(batch);
    Activations a = workplace.get();
    int n = given.size();
    forward(given, parameters, a);
    double loss = device.crossEntropyBackward(a.logits, a.targets, n, 2, 1f / n) / n;
    device.fill(gradient, 0);
    device.multiply(false, true, n, 1, 2, a.logits, a.pick, false, a.scores);
    device.multiply(true, false, features, 1, n, a.rows, a.scores, false, gradient);
    device.axpy((float) ridge, parameters, gradient);
    return loss + 0.5 * ridge * device.squaredNorm(parameters);
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    return score(batch, parameters).loss();
  }

  @Override
  public Score score(Batch batch, DeviceVector parameters) {
    Batch.Rows given = check(batch);
    Activations a = workplace.get();
    forward(given, parameters, a);
    int n = given.size();
    int right = hits.count(device, a.logits, given.labels(), 0, n, 2);
    double loss =
        device.crossEntropy(a.logits, a.targets, n, 2) / n
            + 0.5 * ridge * device.squaredNorm(parameters);
    return new Score(loss, (double) right / n);
  }

  /** Logits (0, xᵀw): their softmax cross-entropy is the logistic loss. */
  private void forward(Batch.Rows given, DeviceVector parameters, Activations a) {
    int n = given.size();
    device.upload(given.features(), 0, n * features, a.rows);
    device.upload(given.labels(), 0, n, a.targets);
    device.multiply(false, false, n, 1, features, a.rows, parameters, false, a.scores);
    device.multiply(false, false, n, 2, 1, a.scores, a.pick, false, a.logits);
  }

  private Batch.Rows check(Batch given) {
    Batch.Rows checked = RowsCheck.rows(given, batch, features);
    RowsCheck.labels(checked, 2);
    return checked;
  }

  @Override
  public ModelMemory memory() {
    return workplace;
  }

  @Override
  public void close() {
    workplace.close();
  }

  /** What is computed for a batch on the way, cut once. */
  private static final class Activations {
    final DeviceVector rows;
    final DeviceVector targets;
    final DeviceVector scores;
    final DeviceVector logits;

    /** (0, 1): makes of a score the logits of two classes. */
    final DeviceVector pick;

    Activations(Device device, DeviceVector memory, Layout cuts) {
      rows = memory.slice(cuts.get("rows"));
      targets = memory.slice(cuts.get("targets"));
      scores = memory.slice(cuts.get("scores"));
      logits = memory.slice(cuts.get("logits"));
      pick = memory.slice(cuts.get("pick"));
      device.upload(new float[] {0, 1}, 0, 2, pick);
    }
  }
}
