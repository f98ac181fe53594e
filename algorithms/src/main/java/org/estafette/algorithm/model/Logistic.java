package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
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
  private final DeviceArena arena;
  private final DeviceVector rows;
  private final DeviceVector targets;
  private final DeviceVector scores;
  private final DeviceVector logits;
  private final DeviceVector pick;
  private final Hits hits;

  /**
   * Allocates the activations.
   *
   * @param features elements of a row
   * @param ridge weight of ½‖w‖²
   * @param batch most rows of a batch
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
    arena = device.allocate("logistic regression of " + batch + " rows", cuts.length());
    rows = arena.all().slice(cuts.get("rows"));
    targets = arena.all().slice(cuts.get("targets"));
    scores = arena.all().slice(cuts.get("scores"));
    logits = arena.all().slice(cuts.get("logits"));
    pick = arena.all().slice(cuts.get("pick"));
    hits = new Hits(batch, 2);
    device.upload(new float[] {0, 1}, 0, 2, pick);
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
    int n = given.size();
    forward(given, parameters);
    double loss = device.crossEntropyBackward(logits, targets, n, 2, 1f / n) / n;
    device.fill(gradient, 0);
    device.multiply(false, true, n, 1, 2, logits, pick, false, scores);
    device.multiply(true, false, features, 1, n, rows, scores, false, gradient);
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
    forward(given, parameters);
    int n = given.size();
    int right = hits.count(device, logits, given.labels(), 0, n, 2);
    double loss =
        device.crossEntropy(logits, targets, n, 2) / n
            + 0.5 * ridge * device.squaredNorm(parameters);
    return new Score(loss, (double) right / n);
  }

  /** Logits (0, xᵀw): their softmax cross-entropy is the logistic loss. */
  private void forward(Batch.Rows given, DeviceVector parameters) {
    int n = given.size();
    device.upload(given.features(), 0, n * features, rows);
    device.upload(given.labels(), 0, n, targets);
    device.multiply(false, false, n, 1, features, rows, parameters, false, scores);
    device.multiply(false, false, n, 2, 1, scores, pick, false, logits);
  }

  private Batch.Rows check(Batch given) {
    Batch.Rows checked = RowsCheck.rows(given, batch, features);
    RowsCheck.labels(checked, 2);
    return checked;
  }

  @Override
  public void close() {
    arena.close();
  }
}
