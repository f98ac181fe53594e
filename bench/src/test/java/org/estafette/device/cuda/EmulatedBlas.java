package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** cuBLAS as plain loops, with sums in float64. It writes both ends of its workspace. */
class EmulatedBlas implements CudaBlas {
  private static final long END = 4096;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final EmulatedDriver driver;
  private final Map<Long, Handle> handles = new HashMap<>();
  private long next = 1;

  private record Handle(long stream, long workspace, long bytes) {}

  EmulatedBlas(EmulatedDriver driver) {
    this.driver = driver;
  }

  @Override
  public String description() {
    return "emulated cuBLAS";
  }

  @Override
  public synchronized long create(long stream, long workspace, long bytes) {
    if (workspace % 256 != 0 || bytes < END) {
      throw new CudaException("cublasSetWorkspace", 7, "invalid value", "emulating");
    }
    handles.put(next, new Handle(stream, workspace, bytes));
    return next++;
  }

  @Override
  public synchronized void destroy(long handle) {
    handles.remove(handle);
  }

  @Override
  public synchronized void multiply(
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
    Handle h = handles.get(handle);
    driver.enqueue(
        h.stream(),
        () -> {
          ALL.asSlice(h.workspace(), END).fill((byte) 0xff);
          ALL.asSlice(h.workspace() + h.bytes() - END, END).fill((byte) 0xff);
          float[] x = read(a, (long) m * k, operands);
          float[] y = read(b, (long) k * n, operands);
          double[] row = new double[n];
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              row[j] = beta == 0 ? 0 : get(c, (long) i * n + j, result);
            }
            for (int l = 0; l < k; l++) {
              double left = x[transA ? l * m + i : i * k + l];
              for (int j = 0; j < n; j++) {
                row[j] += left * y[transB ? j * k + l : l * n + j];
              }
            }
            for (int j = 0; j < n; j++) {
              set(c, (long) i * n + j, (float) row[j], result);
            }
          }
        });
  }

  private static float[] read(long address, long count, Type type) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(address, i, type);
    }
    return values;
  }

  private static float get(long address, long index, Type type) {
    return type == Type.FLOAT32
        ? ALL.get(JAVA_FLOAT, address + 4 * index)
        : Float.intBitsToFloat(ALL.get(JAVA_SHORT, address + 2 * index) << 16);
  }

  private static void set(long address, long index, float value, Type type) {
    if (type == Type.FLOAT32) {
      ALL.set(JAVA_FLOAT, address + 4 * index, value);
    } else {
      int bits = Float.floatToRawIntBits(value);
      int rounded = Float.isNaN(value) ? bits | 0x400000 : bits + 0x7fff + (bits >>> 16 & 1);
      ALL.set(JAVA_SHORT, address + 2 * index, (short) (rounded >>> 16));
    }
  }
}
