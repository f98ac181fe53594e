package org.estafette.device.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.estafette.device.ComputePrecision;
import org.estafette.device.DeviceMemoryException;
import org.estafette.device.DeviceVector;
import org.jspecify.annotations.Nullable;

/**
 * A GPU as its operations see it: context, kernels, lanes of the threads that use it, and its
 * arenas, with the forms in which their numbers are there.
 */
final class Gpu {
  /** Threads of a block of operations on elements. */
  static final int BLOCK = 256;

  /** Memory that is left to the driver, and to cuBLAS for what it loads. */
  private static final long RESERVE = 256L << 20;

  private static final int ALIGNMENT = 256;

  final CudaParts parts;
  final int ordinal;
  final int architecture;
  final Kernels kernels;
  final int multiprocessors;
  final int sharedLimit;
  final boolean halves;
  private final String description;
  private final long context;
  private final ThreadLocal<Lane> lane = ThreadLocal.withInitial(this::open);

  /** The lane that a thread used last, whose GPU's context is current in it. */
  private static final ThreadLocal<@Nullable Lane> LAST = new ThreadLocal<>();

  private final List<Lane> lanes = new ArrayList<>();

  /** By address; replaced, never changed. */
  private volatile CudaArena[] arenas = new CudaArena[0];

  private boolean closed;

  Gpu(CudaParts parts, int ordinal, ComputePrecision precision) {
    CudaDriver driver = parts.driver();
    this.parts = parts;
    this.ordinal = ordinal;
    this.halves = precision == ComputePrecision.BFLOAT16;
    this.multiprocessors = driver.attribute(CudaDriver.MULTIPROCESSORS, ordinal);
    this.sharedLimit = driver.attribute(CudaDriver.SHARED_MEMORY_OPTIN, ordinal);
    this.architecture = architecture(driver, ordinal);
    this.description =
        "%s, compute capability %.1f, %,d MiB; driver %d.%d; %s; %s; %s"
            .formatted(
                driver.deviceName(ordinal),
                architecture / 10.0,
                driver.totalMemory(ordinal) >> 20,
                driver.version() / 1000,
                driver.version() % 1000 / 10,
                parts.compiler().description(),
                parts.blas().description(),
                precision);
    this.context = driver.retainContext(ordinal);
    makeCurrent();
    this.kernels = new Kernels(parts, architecture, sharedLimit);
    parts.pinned().open();
  }

  /** 90 for compute capability 9.0. */
  static int architecture(CudaDriver driver, int ordinal) {
    return 10 * driver.attribute(CudaDriver.MAJOR, ordinal)
        + driver.attribute(CudaDriver.MINOR, ordinal);
  }

  String name() {
    return "cuda:" + ordinal;
  }

  String description() {
    return description;
  }

  /**
   * The calling thread's lane. From then on the thread's calls mean this GPU, until it asks another
   * one for its lane.
   */
  Lane lane() {
    Lane last = LAST.get();
    if (last != null && last.gpu == this) {
      return last;
    }
    makeCurrent();
    Lane mine = lane.get();
    LAST.set(mine);
    return mine;
  }

  private Lane open() {
    synchronized (lanes) {
      if (closed) {
        throw new IllegalStateException(name() + " is closed");
      }
      closeLanesOfTheDead();
      Lane made = new Lane(this);
      lanes.add(made);
      return made;
    }
  }

  private void closeLanesOfTheDead() {
    lanes.removeIf(l -> {
      boolean over = !l.owner.isAlive();
      if (over) {
        l.close();
      }
      return over;
    });
  }

  /**
   * Bytes that the calling thread's lane will take; 0 where it has them. Those of threads that have
   * ended are given back before.
   */
  private long ofLaneToCome() {
    makeCurrent();
    synchronized (lanes) {
      closeLanesOfTheDead();
      boolean there = lanes.stream().anyMatch(l -> l.owner == Thread.currentThread());
      return there ? 0 : Lane.bytes(architecture);
    }
  }

  /** Makes this GPU the one that the calling thread's calls mean. */
  void makeCurrent() {
    Lane last = LAST.get();
    if (last == null || last.gpu != this) {
      LAST.remove();
      parts.driver().makeCurrent(context);
    }
  }

  /** Blocks for an operation over {@code n} elements. */
  int blocksFor(long n, boolean wide) {
    long threads = wide ? (n + 3) / 4 : n;
    return (int) Math.clamp((threads + BLOCK - 1) / BLOCK, 1, 8L * multiprocessors);
  }

  /** Raw memory, with the message that people need where there is too little. */
  long allocateBytes(String purpose, long bytes) {
    check(purpose, bytes, 0);
    try {
      return parts.driver().allocate(bytes, purpose);
    } catch (CudaException e) {
      if (e.code() == 2) {
        throw tooLittle(purpose, bytes, 0, parts.driver().freeMemory());
      }
      throw e;
    }
  }

  /** Refuses what does not fit, with {@code beside} bytes that are to be allocated too. */
  private void check(String purpose, long bytes, long beside) {
    makeCurrent();
    long free = parts.driver().freeMemory();
    if (bytes > free - RESERVE - beside) {
      throw tooLittle(purpose, bytes, beside, free);
    }
  }

  private DeviceMemoryException tooLittle(String purpose, long bytes, long beside, long free) {
    return new DeviceMemoryException(
        String.format(
            Locale.ROOT,
            "%s: %s needs %,d bytes%s, and %,d of %,d bytes are free, of which %,d are left to the"
                + " driver (expected at most the rest; take a smaller batch, fewer workers for"
                + " this GPU or a smaller model)",
            name(),
            purpose,
            bytes + beside,
            beside == 0 ? "" : String.format(Locale.ROOT, " with %,d of working space", beside),
            free,
            parts.driver().totalMemory(ordinal),
            RESERVE));
  }

  CudaArena allocate(String purpose, long elements) {
    long words = aligned(Math.multiplyExact(Math.max(elements, 16), 4L));
    long bytes = halves ? words + aligned(words / 2) : words;
    check(purpose, bytes, ofLaneToCome());
    Lane l = lane();
    long address = allocateBytes(purpose, bytes);
    parts.driver().fill(address, 0, bytes / 4, l.stream);
    l.synchronize();
    CudaArena arena = new CudaArena(this, address, elements, halves ? address + words : 0);
    synchronized (this) {
      CudaArena[] after = Arrays.copyOf(arenas, arenas.length + 1);
      after[arenas.length] = arena;
      Arrays.sort(after, (a, b) -> Long.compareUnsigned(a.all().address(), b.all().address()));
      arenas = after;
    }
    return arena;
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  void giveBack(CudaArena arena) {
    synchronized (this) {
      arenas = Arrays.stream(arenas).filter(a -> a != arena).toArray(CudaArena[]::new);
    }
    makeCurrent();
    // Waits for all that still uses it.
    parts.driver().free(arena.all().address());
  }

  private CudaArena arena(String name, DeviceVector v) {
    CudaArena[] all = arenas;
    int low = 0;
    int high = all.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Long.compareUnsigned(all[middle].all().address(), v.address()) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (high >= 0) {
      DeviceVector a = all[low].all();
      long from = v.address() - a.address();
      if (from >= 0 && from + 4 * v.length() <= 4 * a.length()) {
        return all[low];
      }
    }
    throw new IllegalArgumentException(
        name + " is not in this device's memory (expected a vector of an open arena)");
  }

  private static void need(String name, DeviceVector v, long n) {
    if (v.length() < n) {
      throw new IllegalArgumentException(
          name + ": length=" + v.length() + " (expected >= " + n + ")");
    }
  }

  /** Address of an operand that is read as words, whatever form it is in now. */
  long words(String name, DeviceVector v, long n) {
    need(name, v, n);
    if (halves) {
      CudaArena a = arena(name, v);
      long from = a.element(v.address());
      a.forms.need(from, from + n, Forms.WORDS, (f, t) -> convert(a, "widen", f, t));
    }
    return v.address();
  }

  /** Address of an operand that is read as halves. */
  long halves(String name, DeviceVector v, long n) {
    need(name, v, n);
    CudaArena a = arena(name, v);
    long from = a.element(v.address());
    a.forms.need(from, from + n, Forms.HALVES, (f, t) -> convert(a, "narrow", f, t));
    return a.halves + 2 * from;
  }

  /** Words or halves. */
  long read(boolean half, String name, DeviceVector v, long n) {
    return half ? halves(name, v, n) : words(name, v, n);
  }

  /** Address of an operand whose words are written, and nothing of it read. */
  long toWords(String name, DeviceVector v, long n) {
    need(name, v, n);
    return v.address();
  }

  /** Address of an operand whose halves are written, and nothing of it read. */
  long toHalves(String name, DeviceVector v, long n) {
    need(name, v, n);
    CudaArena a = arena(name, v);
    return a.halves + 2 * a.element(v.address());
  }

  long to(boolean half, String name, DeviceVector v, long n) {
    return half ? toHalves(name, v, n) : toWords(name, v, n);
  }

  /** Says in which forms the first {@code n} elements were written. */
  void wrote(DeviceVector v, long n, int forms) {
    if (halves) {
      CudaArena a = arena("out", v);
      long from = a.element(v.address());
      a.forms.wrote(from, from + n, forms);
    }
  }

  void wroteWords(DeviceVector v, long n) {
    wrote(v, n, Forms.WORDS);
  }

  void wrote(boolean half, DeviceVector v, long n) {
    wrote(v, n, half ? Forms.HALVES : Forms.WORDS);
  }

  private void convert(CudaArena a, String kernel, long from, long to) {
    long words = a.all().address() + 4 * from;
    long half = a.halves + 2 * from;
    boolean narrow = kernel.equals("narrow");
    boolean wide = wide(words, half << 1);
    lane()
        .with(narrow ? half : words)
        .and(narrow ? words : half)
        .and(to - from)
        .and(wide)
        .runOver(kernel, to - from, wide);
  }

  /**
   * Whether operands at these addresses of words can be moved four elements at a time; an address
   * of halves counts doubled.
   */
  static boolean wide(long... addresses) {
    long bits = 0;
    for (long address : addresses) {
      bits |= address;
    }
    return (bits & 15) == 0;
  }

  /** An address as {@link #wide} counts it. */
  static long counted(boolean half, long address) {
    return half ? address << 1 : address;
  }

  /** See {@link CudaBlas#multiply}; the result is written where it was said. */
  void multiply(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      long a,
      long b,
      boolean half,
      float beta,
      long c,
      boolean halfResult) {
    parts
        .blas()
        .multiply(
            lane().blas,
            transA,
            transB,
            m,
            n,
            k,
            a,
            b,
            half ? CudaBlas.Type.BFLOAT16 : CudaBlas.Type.FLOAT32,
            beta,
            c,
            halfResult ? CudaBlas.Type.BFLOAT16 : CudaBlas.Type.FLOAT32);
  }

  void close() {
    synchronized (lanes) {
      if (closed) {
        return;
      }
      closed = true;
      makeCurrent();
      parts.pinned().close(this);
      lanes.forEach(Lane::close);
      lanes.clear();
      kernels.close();
      LAST.remove();
    }
  }
}
