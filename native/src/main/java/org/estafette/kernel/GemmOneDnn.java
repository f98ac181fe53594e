package org.estafette.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** {@code dnnl_sgemm} of oneDNN, one thread. */
final class GemmOneDnn implements Gemm {
  static final String NAME = "onednn";
  private static final String FOLDER = "onednn-3.11-1.5.13";
  private static final String RESOURCES = "org/bytedeco/dnnl/linux-x86_64/";

  /** Where the libraries lie; set before {@link Library} is initialized. */
  private static volatile Path libraries = Path.of(".");

  private GemmOneDnn() {}

  /** Loads the library out of the class path. */
  static Gemm open() throws GemmUnavailableException {
    if (!NativeLibraries.isLinuxX64()) {
      throw new GemmUnavailableException(
          "oneDNN is bundled for Linux x86-64 only, and this is "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ".");
    }
    Path folder =
        NativeLibraries.extract(FOLDER, RESOURCES + "libgomp.so.1", RESOURCES + "libdnnl.so.3");
    libraries = folder;
    try {
      // Loading the class links the functions; a broken library shows here and not in training.
      Library.oneThread();
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new GemmUnavailableException(
          "oneDNN in " + folder + " cannot be loaded (" + rootMessage(e) + ").", e);
    }
    return new GemmOneDnn();
  }

  static String rootMessage(Throwable e) {
    Throwable t = e;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return String.valueOf(t.getMessage());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "oneDNN 3.11 (dnnl_sgemm), one thread per caller";
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
    Library.oneThread();
    int piece = innerPiece(transA, transB, n, k);
    if (piece >= k) {
      call(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
      return;
    }
    long aStride = 4L * (transA ? lda : 1);
    long bStride = 4L * (transB ? 1 : ldb);
    for (int l = 0; l < k; l += piece) {
      int size = Math.min(piece, k - l);
      float keep = l == 0 ? beta : 1f;
      call(
          transA,
          transB,
          m,
          n,
          size,
          alpha,
          a + l * aStride,
          lda,
          b + l * bStride,
          ldb,
          keep,
          c,
          ldc);
    }
  }

  /**
   * How much of the inner size to hand over at once. oneDNN chooses its blocks, and whether to pack
   * an operand, by the sizes that it is given; for the shapes of a transformer's layers it reaches
   * 3–10 % more in two or more pieces (measured with operands in and out of the cache):
   *
   * <ul>
   *   <li>weight gradients (AᵀB): pieces of 128 to 256 rows;
   *   <li>rows of B a multiple of 2 KiB apart, which compete for the same places in the cache:
   *       pieces below 200;
   *   <li>ABᵀ with a long inner side and few columns: halves.
   * </ul>
   */
  static int innerPiece(boolean transA, boolean transB, int n, int k) {
    if (transA && !transB) {
      return k < 256 ? k : Math.clamp((k + 1) / 2, 128, 256);
    }
    if (!transA && !transB) {
      boolean compete = n >= 1024 && n % 512 == 0;
      return compete ? even(k, 192) : k;
    }
    return !transA && n <= 512 && k >= 512 ? (k + 1) / 2 : k;
  }

  /** {@code k} in equal pieces of at most {@code most}. */
  private static int even(int k, int most) {
    int pieces = Math.max(1, (k + most - 1) / most);
    return (k + pieces - 1) / pieces;
  }

  private static void call(
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
    int status;
    try {
      status =
          (int)
              Library.SGEMM.invokeExact(
                  transA ? (byte) 'T' : (byte) 'N',
                  transB ? (byte) 'T' : (byte) 'N',
                  (long) m,
                  (long) n,
                  (long) k,
                  alpha,
                  a,
                  (long) lda,
                  b,
                  (long) ldb,
                  beta,
                  c,
                  (long) ldc);
    } catch (Throwable e) {
      throw new IllegalStateException("dnnl_sgemm could not be called", e);
    }
    if (status != 0) {
      throw new IllegalArgumentException(
          "dnnl_sgemm status=%d (expected 0) m=%d n=%d k=%d lda=%d ldb=%d ldc=%d"
              .formatted(status, m, n, k, lda, ldb, ldc));
    }
  }

  /** The linked functions: static finals, so that the JIT sees constants. */
  private static final class Library {
    static final MethodHandle SGEMM;
    private static final MethodHandle SET_THREADS;

    /** Set once a thread has told OpenMP that it works alone: that setting is per thread. */
    private static final ThreadLocal<Boolean> ALONE = ThreadLocal.withInitial(Library::tell);

    static {
      Linker linker = Linker.nativeLinker();
      SymbolLookup omp =
          SymbolLookup.libraryLookup(libraries.resolve("libgomp.so.1"), Arena.global());
      SymbolLookup dnnl =
          SymbolLookup.libraryLookup(libraries.resolve("libdnnl.so.3"), Arena.global());
      SET_THREADS =
          linker.downcallHandle(
              omp.findOrThrow("omp_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));
      SGEMM =
          linker.downcallHandle(
              dnnl.findOrThrow("dnnl_sgemm"),
              FunctionDescriptor.of(
                  JAVA_INT,
                  JAVA_BYTE,
                  JAVA_BYTE,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_FLOAT,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_FLOAT,
                  JAVA_LONG,
                  JAVA_LONG));
    }

    static void oneThread() {
      if (!ALONE.get()) {
        throw new IllegalStateException("OpenMP does not take a thread count of 1");
      }
    }

    private static Boolean tell() {
      try {
        SET_THREADS.invokeExact(1);
        return Boolean.TRUE;
      } catch (Throwable e) {
        throw new IllegalStateException("omp_set_num_threads could not be called", e);
      }
    }
  }
}
