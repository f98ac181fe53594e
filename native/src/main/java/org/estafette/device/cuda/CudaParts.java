package org.estafette.device.cuda;

/** The libraries that a GPU is used with. */
record CudaParts(CudaDriver driver, KernelCompiler compiler, CudaBlas blas) {}
