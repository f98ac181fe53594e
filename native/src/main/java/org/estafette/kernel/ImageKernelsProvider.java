package org.estafette.kernel;

/** Chooses the implementation of {@link ImageKernels} once, as that of the row kernels is. */
final class ImageKernelsProvider {
  static final ImageKernels SCALAR = new ImageKernelsScalar();
  static final ImageKernels BEST =
      RowKernelsProvider.BEST == RowKernelsProvider.SCALAR ? SCALAR : new ImageKernelsVector();

  private ImageKernelsProvider() {}
}
