package org.estafette.kernel;

/** Chooses the implementation of {@link RowKernels} once, when it is first asked for. */
final class RowKernelsProvider {
  static final RowKernels SCALAR = new RowKernelsScalar();
  static final RowKernels BEST;
  static final String REASON;

  static {
    boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    BEST = module ? new RowKernelsVector() : SCALAR;
    REASON =
        module
            ? "The row kernels use the Vector API with " + Lanes.F.vectorBitSize() + " bits."
            : "The row kernels are scalar because the Vector API is not there; start java with"
                + " --add-modules=jdk.incubator.vector.";
  }

  private RowKernelsProvider() {}
}
