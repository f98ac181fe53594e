package org.estafette.device.cuda;

import org.estafette.device.PendingCopy;
import org.estafette.memory.Float32Vector;

/**
 * A copy to pinned memory in a stream of its own, behind what was queued when it was begun and
 * beside what is queued later.
 */
final class CopyBeside implements PendingCopy {
  private final Gpu gpu;
  private final long stream;
  private final long done;
  private final Float32Vector target;
  private boolean over;

  CopyBeside(Gpu gpu, long from, Float32Vector target) {
    this.gpu = gpu;
    this.target = target;
    CudaDriver driver = gpu.parts.driver();
    Lane lane = gpu.lane();
    stream = driver.createStream();
    done = driver.createEvent();
    driver.record(done, lane.stream);
    driver.waitFor(stream, done);
    driver.copyToHost(target.address(), from, 4 * target.length(), stream);
    driver.record(done, stream);
  }

  @Override
  public synchronized void await() {
    if (!over) {
      over = true;
      gpu.makeCurrent();
      gpu.parts.driver().synchronizeEvent(done);
      gpu.parts.driver().destroyEvent(done);
      gpu.parts.driver().destroyStream(stream);
    }
  }

  @Override
  public String toString() {
    return "copy of " + target.length() + " numbers from " + gpu.name();
  }
}
