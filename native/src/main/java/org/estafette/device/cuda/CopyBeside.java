package org.estafette.device.cuda;

import org.estafette.device.PendingCopy;
import org.estafette.memory.Float32Vector;

/**
 * A copy from or to pinned memory in a stream of its own, behind what was queued when it was begun
 * and beside what is queued later.
 */
final class CopyBeside implements PendingCopy {
  private final Gpu gpu;
  private final long stream;
  private final long done;
  private final Float32Vector host;
  private boolean over;

  private CopyBeside(Gpu gpu, Float32Vector host) {
    this.gpu = gpu;
    this.host = host;
    CudaDriver driver = gpu.parts.driver();
    Lane lane = gpu.lane();
    stream = driver.createStream();
    done = driver.createEvent();
    driver.record(done, lane.stream);
    driver.waitFor(stream, done);
  }

  /** From the GPU's {@code from}. */
  static CopyBeside toHost(Gpu gpu, long from, Float32Vector target) {
    CopyBeside copy = new CopyBeside(gpu, target);
    CudaDriver driver = gpu.parts.driver();
    driver.copyToHost(target.address(), from, 4 * target.length(), copy.stream);
    driver.record(copy.done, copy.stream);
    return copy;
  }

  /** To the GPU's {@code to}. */
  static CopyBeside toDevice(Gpu gpu, long to, Float32Vector source) {
    CopyBeside copy = new CopyBeside(gpu, source);
    CudaDriver driver = gpu.parts.driver();
    driver.copyToDevice(to, source.address(), 4 * source.length(), copy.stream);
    driver.record(copy.done, copy.stream);
    return copy;
  }

  @Override
  public synchronized void await() {
    if (!over) {
      over = true;
      gpu.makeCurrent();
      gpu.parts.driver().synchronizeEvent(done);
      gpu.parts.driver().destroyEvent(done);
      gpu.parts.driver().destroyStream(stream);
      gpu.parts.pinned().copied(gpu, host);
    }
  }

  @Override
  public synchronized boolean arrived() {
    if (over) {
      return true;
    }
    gpu.makeCurrent();
    return gpu.parts.driver().reached(done);
  }

  @Override
  public String toString() {
    return "copy of " + host.length() + " numbers from or to " + gpu.name();
  }
}
