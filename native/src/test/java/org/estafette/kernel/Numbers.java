package org.estafette.kernel;

import java.lang.foreign.Arena;
import java.util.Random;

/** Floats outside the heap, for tests of kernels. */
final class Numbers {
  private Numbers() {}

  static long of(Arena arena, float... values) {
    long address = arena.allocate(Math.max(4L, 4L * values.length), 64).address();
    for (int i = 0; i < values.length; i++) {
      Lanes.set(address + 4L * i, values[i]);
    }
    return address;
  }

  static long random(Arena arena, Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return of(arena, values);
  }

  static float[] read(long address, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = Lanes.get(address + 4L * i);
    }
    return values;
  }
}
