package org.estafette.kernel;

/** Chooses the implementation of {@link OuterKernels} once, when it is first asked for. */
final class OuterKernelsProvider {
  static final OuterKernels SCALAR = new OuterKernelsScalar();
  static final String REMARK = remark();
  static final OuterKernels BEST = REMARK.isEmpty() ? Vectorized.create() : SCALAR;

  private OuterKernelsProvider() {}

  private static String remark() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return "outer kernels run element by element: the Vector API is not in this JVM"
          + " (start it with --add-modules=jdk.incubator.vector)";
    }
    String vm = System.getProperty("java.vm.info", "");
    if (vm.contains("interpreted")) {
      return "outer kernels run element by element: the JVM does not compile (start it without"
          + " -Xint)";
    }
    return "";
  }

  /** Loaded only where the Vector API is there. */
  private static final class Vectorized {
    static OuterKernels create() {
      return new OuterKernelsVector();
    }
  }
}
