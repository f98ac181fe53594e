package org.estafette.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.device.ComputePrecision;
import org.estafette.device.CpuDevice;
import org.estafette.device.Device;
import org.estafette.kernel.GemmProviders;
import org.estafette.kernel.RowKernels;

/** Whether a device does what the CPU does. */
public final class Correctness {
  private static final int CURVE_STEPS = 12;

  private final Device device;
  private final double allowed;
  private final Device reference = new CpuDevice(GemmProviders.get(), RowKernels.scalar());

  /**
   * @param device to look at
   * @param precision in what numbers it computes, which decides what is close enough
   */
  public Correctness(Device device, ComputePrecision precision) {
    this.device = device;
    this.allowed = precision == ComputePrecision.FLOAT32 ? 1e-4 : 2e-2;
  }

  /** Every operation. */
  public List<Agreement> operations(long seed) {
    return compare(Stream.concat(OpCases.all(seed).stream(), ImageCases.all(seed).stream()));
  }

  /** Every model's loss and gradient. */
  public List<Agreement> models(long seed) {
    return compare(ModelCases.all(seed).stream());
  }

  private List<Agreement> compare(Stream<Case> cases) {
    return cases.map(c -> c.compare(device, reference, allowed(c))).toList();
  }

  private double allowed(Case c) {
    return c.kinks() && allowed > 1e-3 ? Case.WITH_KINKS : allowed;
  }

  /** Cases that do not give the same bits when they are done twice. */
  public List<String> unrepeatable(long seed) {
    List<String> names = new ArrayList<>();
    Stream.of(OpCases.all(seed), ImageCases.all(seed), ModelCases.all(seed))
        .flatMap(List::stream)
        .filter(c -> !c.repeats(device))
        .forEach(c -> names.add(c.name()));
    return names;
  }

  /** The losses of a short training run, one by one. */
  public Agreement curve() {
    return Agreement.of(
        "losses of " + CURVE_STEPS + " steps of training",
        Curve.train(device, CURVE_STEPS),
        Curve.train(reference, CURVE_STEPS),
        allowed);
  }
}
