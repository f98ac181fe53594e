package org.estafette.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** {@code cblas_sgemm} of OpenBLAS, one thread. */
final class GemmOpenBlas implements Gemm {
  static final String NAME = "openblas";
  private static final String FOLDER = "openblas-bytedeco";
  private static final String RESOURCES = "org/bytedeco/openblas/linux-x86_64/";

  /** Where the libraries lie; set before {@link Library} is initialized. */
  private static volatile Path libraries = Path.of(".");

  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANS = 111;
  private static final int TRANS = 112;

  private GemmOpenBlas() {}

  /** Loads the library out of the class path. */
  static Gemm open() throws GemmUnavailableException {
    if (!NativeLibraries.isLinuxX64()) {
      throw new GemmUnavailableException(
          "OpenBLAS is bundled for Linux x86-64 only, and this is "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ".");
    }
    Path folder =
        NativeLibraries.extract(
            FOLDER,
            RESOURCES + "libquadmath.so.0",
            RESOURCES + "libgfortran.so.5",
            RESOURCES + "libopenblas.so.0");
    libraries = folder;
    try {
      Library.oneThread();
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new GemmUnavailableException(
          "OpenBLAS in " + folder + " cannot be loaded (" + GemmOneDnn.rootMessage(e) + ").", e);
    }
    return new GemmOpenBlas();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "OpenBLAS (cblas_sgemm), one thread per caller";
  }

  @Override
  public void sgemm(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int lda,
      long b,
      int ldb,
      float beta,
      long c,
      int ldc) {
    try {
      Library.SGEMM.invokeExact(
          ROW_MAJOR,
          transA ? TRANS : NO_TRANS,
          transB ? TRANS : NO_TRANS,
          m,
          n,
          k,
          alpha,
          a,
          lda,
          b,
          ldb,
          beta,
          c,
          ldc);
    } catch (Throwable e) {
      throw new IllegalStateException("cblas_sgemm could not be called", e);
    }
  }

  /** The linked functions: static finals, so that the JIT sees constants. */
  private static final class Library {
    static final MethodHandle SGEMM;
    private static final MethodHandle SET_THREADS;

    static {
      Linker linker = Linker.nativeLinker();
      SymbolLookup blas =
          SymbolLookup.libraryLookup(libraries.resolve("libopenblas.so.0"), Arena.global());
      SET_THREADS =
          linker.downcallHandle(
              blas.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));
      SGEMM =
          linker.downcallHandle(
              blas.findOrThrow("cblas_sgemm"),
              FunctionDescriptor.ofVoid(
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_FLOAT,
                  JAVA_LONG,
                  JAVA_INT,
                  JAVA_LONG,
                  JAVA_INT,
                  JAVA_FLOAT,
                  JAVA_LONG,
                  JAVA_INT));
    }

    /** OpenBLAS has one setting for the process. */
    static void oneThread() {
      try {
        SET_THREADS.invokeExact(1);
      } catch (Throwable e) {
        throw new IllegalStateException("openblas_set_num_threads could not be called", e);
      }
    }
  }
}
