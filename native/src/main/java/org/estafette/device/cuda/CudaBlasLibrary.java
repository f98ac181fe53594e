package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code libcublas}. */
final class CudaBlasLibrary implements CudaBlas {
  private static final int COMPUTE_32F = 68;
  private static final int DEFAULT_ALGORITHM = -1;

  /** Sums of products in bfloat16 stay in float32, also where a product is split. */
  private static final int NO_REDUCED_PRECISION = 16;

  private static final MemorySegment ZERO = Arena.global().allocateFrom(JAVA_FLOAT, 0f);
  private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_FLOAT, 1f);

  private final String where;
  private final MethodHandle create;
  private final MethodHandle destroy;
  private final MethodHandle setStream;
  private final MethodHandle setWorkspace;
  private final MethodHandle setMathMode;
  private final MethodHandle version;
  private final MethodHandle gemm;
  private final MethodHandle errorText;

  private CudaBlasLibrary(Binding b, String where) throws CudaUnavailableException {
    this.where = where;
    create = b.link("cublasCreate_v2", JAVA_LONG);
    destroy = b.link("cublasDestroy_v2", JAVA_LONG);
    setStream = b.link("cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
    setWorkspace = b.link("cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    setMathMode = b.link("cublasSetMathMode", JAVA_LONG, JAVA_INT);
    version = b.link("cublasGetProperty", JAVA_INT, JAVA_LONG);
    errorText = b.linkText("cublasGetStatusString");
    gemm =
        b.link(
            "cublasGemmEx",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
  }

  /** Loads the library. */
  static CudaBlasLibrary open(CudaLibraries.Found found) throws CudaUnavailableException {
    return new CudaBlasLibrary(new Binding(found.open(), found.toString()), found.toString());
  }

  @Override
  public String description() {
    return "cuBLAS " + property(0) + "." + property(1) + "." + property(2) + " at " + where;
  }

  /** 13 for 13.1. */
  int version() {
    return property(0);
  }

  private int property(int which) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = Binding.slot(arena);
      call(version, "cublasGetProperty", "asking for the version", which, slot.address());
      return slot.get(JAVA_INT, 0);
    }
  }

  private void call(MethodHandle handle, String function, String doing, Object... arguments) {
    int code;
    try {
      code = (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw Binding.notCalled(function, e);
    }
    check(code, function, doing);
  }

  private void check(int code, String function, String doing) {
    if (code != 0) {
      String text;
      try {
        text = Binding.text(((MemorySegment) errorText.invokeExact(code)).address());
      } catch (Throwable e) {
        text = "unknown";
      }
      throw new CudaException(function, code, text, doing);
    }
  }

  @Override
  public long create(long stream, long workspace, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = Binding.slot(arena);
      call(create, "cublasCreate", "starting cuBLAS", slot.address());
      long handle = slot.get(JAVA_LONG, 0);
      call(setStream, "cublasSetStream", "giving cuBLAS a stream", handle, stream);
      // After the stream, with which cuBLAS goes back to memory of its own.
      String giving = "giving cuBLAS " + bytes + " bytes to work in";
      call(setWorkspace, "cublasSetWorkspace", giving, handle, workspace, bytes);
      String doing = "choosing sums in float32";
      call(setMathMode, "cublasSetMathMode", doing, handle, NO_REDUCED_PRECISION);
      return handle;
    }
  }

  @Override
  public void destroy(long handle) {
    call(destroy, "cublasDestroy", "ending cuBLAS", handle);
  }

  /** cuBLAS takes columns for what are rows here: the product's transpose is Bᵀ·Aᵀ. */
  @Override
  public void multiply(
      long handle,
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      long a,
      long b,
      Type operands,
      float beta,
      long c,
      Type result) {
    int code;
    try {
      code =
          (int)
              gemm.invokeExact(
                  handle,
                  transB ? 1 : 0,
                  transA ? 1 : 0,
                  n,
                  m,
                  k,
                  ONE.address(),
                  b,
                  operands.code,
                  transB ? k : n,
                  a,
                  operands.code,
                  transA ? m : k,
                  (beta == 0 ? ZERO : ONE).address(),
                  c,
                  result.code,
                  n,
                  COMPUTE_32F,
                  DEFAULT_ALGORITHM);
    } catch (Throwable e) {
      throw Binding.notCalled("cublasGemmEx", e);
    }
    if (code != 0) {
      check(
          code,
          "cublasGemmEx",
          "multiplying m=%d n=%d k=%d transA=%b transB=%b of %s into %s"
              .formatted(m, n, k, transA, transB, operands, result));
    }
  }
}
