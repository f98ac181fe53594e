package org.estafette.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;

/** One of the two devices of a comparison, with the vectors of one case. */
final class Side implements AutoCloseable {
  final Device device;
  private final List<DeviceArena> arenas = new ArrayList<>();
  private final List<float[]> results = new ArrayList<>();

  Side(Device device) {
    this.device = device;
  }

  /** A vector with these numbers. */
  DeviceVector of(float[] numbers) {
    DeviceVector v = space(numbers.length);
    device.upload(numbers, 0, numbers.length, v);
    return v;
  }

  /** A vector with these ints. */
  DeviceVector of(int[] numbers) {
    DeviceVector v = space(numbers.length);
    device.upload(numbers, 0, numbers.length, v);
    return v;
  }

  /** A vector of NaN, all of which the operation is to write. */
  DeviceVector empty(long length) {
    DeviceVector v = space(length);
    device.fill(v, Float.NaN);
    return v;
  }

  private DeviceVector space(long length) {
    DeviceArena arena = device.allocate("a case", length);
    arenas.add(arena);
    return arena.all();
  }

  /** Keeps a vector's numbers as a result. */
  void result(DeviceVector v) {
    float[] numbers = new float[(int) v.length()];
    device.download(v, numbers, numbers.length);
    results.add(numbers);
  }

  /** Keeps a number as a result. */
  void result(double number) {
    results.add(new float[] {(float) number});
  }

  List<float[]> results() {
    return results;
  }

  @Override
  public void close() {
    arenas.forEach(DeviceArena::close);
  }
}
