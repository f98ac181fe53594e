package org.estafette.algorithm.model;

import java.util.List;
import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
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
  private final int[] heights;
  private final Workplace<OnDevice> workplace;

  /**
   * The terms are copied to the device with the first loss, or when memory is given.
   *
   * @param terms all of one dimension
   * @throws IllegalArgumentException where there are none, or of several dimensions
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
    heights = new int[terms.size()];
    for (int i = 0; i < terms.size(); i++) {
      QuadraticTerm term = terms.get(i);
      if (term.dimension() != dimension) {
        throw new IllegalArgumentException(
            "term %d: dimension=%d (expected %d)".formatted(i, term.dimension(), dimension));
      }
      int height = term.b().length;
      plan.add("a" + i, height, dimension).add("b" + i, height);
      heights[i] = height;
      highest = Math.max(highest, height);
    }
    Layout cuts = plan.add("residual", highest).build();
    List<QuadraticTerm> all = List.copyOf(terms);
    workplace =
        new Workplace<>(
            device,
            terms.size() + " quadratic terms",
            cuts.length(),
            memory -> new OnDevice(device, all, memory, cuts));
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
    OnDevice at = workplace.get();
    device.fill(gradient, 0);
    double loss = 0;
    for (int r = 0; r < rows.size(); r++) {
      int i = rows.labels()[r];
      loss += term(rows, r, parameters, at);
      device.multiply(
          true, false, dimension, 1, heights[i], at.matrices[i], at.residual, true, gradient);
      if (rows.width() > 0) {
        device.axpy(1f, at.noise, gradient);
      }
    }
    device.scale(gradient, 1f / rows.size());
    return loss / rows.size();
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    Batch.Rows rows = check(batch);
    OnDevice at = workplace.get();
    double loss = 0;
    for (int r = 0; r < rows.size(); r++) {
      loss += term(rows, r, parameters, at);
    }
    return loss / rows.size();
  }

  /** Leaves A·x − b in the residual's place, filled up with zeros, and ξ in the noise's. */
  private double term(Batch.Rows rows, int r, DeviceVector parameters, OnDevice at) {
    int i = rows.labels()[r];
    device.fill(at.residual, 0);
    device.multiply(
        false, false, heights[i], 1, dimension, at.matrices[i], parameters, false, at.residual);
    device.axpy(-1f, at.offsets[i], offsetPart(i, at));
    double loss = 0.5 * device.squaredNorm(at.residual);
    if (rows.width() > 0) {
      device.upload(rows.features(), r * dimension, dimension, at.noise);
      loss += device.dot(at.noise, parameters);
    }
    return loss;
  }

  /** The residual of term i alone; for terms of one height, the same object every time. */
  private DeviceVector offsetPart(int i, OnDevice at) {
    return at.residual.length() == heights[i] ? at.residual : at.residual.slice(0, heights[i]);
  }

  private Batch.Rows check(Batch given) {
    int width = given instanceof Batch.Rows r && r.width() == 0 ? 0 : dimension;
    Batch.Rows rows = RowsCheck.rows(given, Integer.MAX_VALUE, width);
    RowsCheck.labels(rows, heights.length);
    return rows;
  }

  @Override
  public ModelMemory memory() {
    return workplace;
  }

  @Override
  public void close() {
    workplace.close();
  }

  /** The terms, and what is computed for a row, cut once. */
  private static final class OnDevice {
    final DeviceVector[] matrices;
    final DeviceVector[] offsets;
    final DeviceVector residual;

    /** As long as the padded parameters; the padding stays zero. */
    final DeviceVector noise;

    OnDevice(Device device, List<QuadraticTerm> terms, DeviceVector memory, Layout cuts) {
      noise = memory.slice(cuts.get("noise"));
      residual = memory.slice(cuts.get("residual"));
      matrices = new DeviceVector[terms.size()];
      offsets = new DeviceVector[terms.size()];
      for (int i = 0; i < terms.size(); i++) {
        QuadraticTerm term = terms.get(i);
        matrices[i] = memory.slice(cuts.get("a" + i));
        offsets[i] = memory.slice(cuts.get("b" + i));
        int d = term.dimension();
        for (int r = 0; r < term.b().length; r++) {
          device.upload(term.a()[r], 0, d, matrices[i].slice((long) r * d, d));
        }
        device.upload(term.b(), 0, term.b().length, offsets[i]);
      }
    }
  }
}
