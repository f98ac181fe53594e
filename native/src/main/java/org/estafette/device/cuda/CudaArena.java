package org.estafette.device.cuda;

import java.util.concurrent.atomic.AtomicBoolean;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;

/** A piece of a GPU's memory: words, and behind them in bfloat16 the same numbers as halves. */
final class CudaArena implements DeviceArena {
  private final Gpu gpu;
  private final DeviceVector all;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Address of element 0's half; 0 where the device computes in float32. */
  final long halves;

  final Forms forms;

  CudaArena(Gpu gpu, long address, long elements, long halves) {
    this.gpu = gpu;
    this.all = new DeviceVector(address, elements);
    this.halves = halves;
    this.forms = new Forms(elements);
  }

  @Override
  public DeviceVector all() {
    return all;
  }

  /** Which element lies at a word's address. */
  long element(long address) {
    return (address - all.address()) / Float.BYTES;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      gpu.giveBack(this);
    }
  }
}
