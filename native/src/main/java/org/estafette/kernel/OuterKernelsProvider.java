package org.estafette.kernel;

/** Chooses the implementation of {@link OuterKernels} once, when it is first asked for. */
final class OuterKernelsProvider {
  static final OuterKernels SCALAR = new OuterKernelsScalar();
  static final OuterKernels BEST = SCALAR;

  private OuterKernelsProvider() {}
}
