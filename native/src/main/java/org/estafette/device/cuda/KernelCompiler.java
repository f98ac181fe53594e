package org.estafette.device.cuda;

/** Makes of a kernel source what {@link CudaDriver#loadModule} takes. */
interface KernelCompiler {
  /**
   * Compiles a file of {@link KernelSources}.
   *
   * @param architecture of the GPU, 90 for compute capability 9.0
   * @throws CudaException where the source is refused; the message holds the compiler's
   */
  byte[] compile(String file, int architecture);

  /** Which compiler, in words. */
  String description();
}
