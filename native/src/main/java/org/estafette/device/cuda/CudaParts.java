package org.estafette.device.cuda;

/** The libraries that GPUs are used with, and the memory of the host that all of them copy. */
record CudaParts(CudaDriver driver, KernelCompiler compiler, CudaBlas blas, PinnedVectors pinned) {
  CudaParts(CudaDriver driver, KernelCompiler compiler, CudaBlas blas) {
    this(driver, compiler, blas, new PinnedVectors(driver));
  }
}
