package org.estafette.algorithm.model;

import java.util.List;
import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/**
 * A sum of quadratics with matrices handed in. A row of a batch names its term i by its label; its
 * features, if it has any, are the noise ξ of that sample's gradient:
 *
 * <pre>f(x) = mean over rows of ½‖A_i·x − b_i‖² + ξᵀx</pre>
 */
public final class Quadratic implements Model {
  private final Device device;
  private final int dimension;
  private final Layout layout;
  private final DeviceArena arena;
  private final DeviceVector[] matrices;
  private final DeviceVector[] offsets;
  private final int[] heights;
  private final DeviceVector residual;

  /** As long as the padded parameters; the padding stays zero. */
  private final DeviceVector noise;

  /**
   * Copies the terms to the device.
   *
   * @param terms all of one dimension
   */
  public Quadratic(Device device, List<QuadraticTerm> terms) {
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("terms=[] (expected at least one)");
    }
    this.device = device;
    this.dimension = terms.get(0).dimension();
    this.layout = Layout.of("x", dimension);
    Layout.Builder plan = Layout.builder().add("noise", Math.toIntExact(layout.length()));
    int highest = 0;
    for (int i = 0; i < terms.size(); i++) {
      QuadraticTerm term = terms.get(i);
      if (term.dimension() != dimension) {
        throw new IllegalArgumentException(
            "term %d: dimension=%d (expected %d)".formatted(i, term.dimension(), dimension));
      }
      int height = term.b().length;
      plan.add("a" + i, height, dimension).add("b" + i, height);
      highest = Math.max(highest, height);
    }
    Layout cuts = plan.add("residual", highest).build();
    arena = device.allocate(terms.size() + " quadratic terms", cuts.length());
    noise = arena.all().slice(cuts.get("noise"));
    residual = arena.all().slice(cuts.get("residual"));
    matrices = new DeviceVector[terms.size()];
    offsets = new DeviceVector[terms.size()];
    heights = new int[terms.size()];
    for (int i = 0; i < terms.size(); i++) {
      QuadraticTerm term = terms.get(i);
      heights[i] = term.b().length;
      matrices[i] = arena.all().slice(cuts.get("a" + i));
      offsets[i] = arena.all().slice(cuts.get("b" + i));
      for (int r = 0; r < heights[i]; r++) {
        device.upload(
            term.a()[r], 0, dimension, matrices[i].slice((long) r * dimension, dimension));
      }
      device.upload(term.b(), 0, heights[i], offsets[i]);
    }
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
    Batch.Rows rows = check(batch);
    device.fill(gradient, 0);
    double loss = 0;
    for (int r = 0; r < rows.size(); r++) {
      int i = rows.labels()[r];
      loss += term(rows, r, parameters);
      device.multiply(true, false, dimension, 1, heights[i], matrices[i], residual, true, gradient);
      if (rows.width() > 0) {
        device.axpy(1f, noise, gradient);
      }
    }
    device.scale(gradient, 1f / rows.size());
    return loss / rows.size();
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    Batch.Rows rows = check(batch);
    double loss = 0;
    for (int r = 0; r < rows.size(); r++) {
      loss += term(rows, r, parameters);
    }
    return loss / rows.size();
  }

  /** Leaves A·x − b in {@link #residual}, filled up with zeros, and ξ in {@link #noise}. */
  private double term(Batch.Rows rows, int r, DeviceVector parameters) {
    int i = rows.labels()[r];
    device.fill(residual, 0);
    device.multiply(
        false, false, heights[i], 1, dimension, matrices[i], parameters, false, residual);
    device.axpy(-1f, offsets[i], offsetPart(i));
    double loss = 0.5 * device.squaredNorm(residual);
    if (rows.width() > 0) {
      device.upload(rows.features(), r * dimension, dimension, noise);
      loss += device.dot(noise, parameters);
    }
    return loss;
  }

  /** The residual of term i alone; for terms of one height, the same object every time. */
  private DeviceVector offsetPart(int i) {
    return residual.length() == heights[i] ? residual : residual.slice(0, heights[i]);
  }

  private Batch.Rows check(Batch given) {
    int width = given instanceof Batch.Rows r && r.width() == 0 ? 0 : dimension;
    Batch.Rows rows = RowsCheck.rows(given, Integer.MAX_VALUE, width);
    RowsCheck.labels(rows, matrices.length);
    return rows;
  }

  @Override
  public void close() {
    arena.close();
  }
}
