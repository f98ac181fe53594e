package org.estafette.algorithm.train;

import java.util.Arrays;
import java.util.Locale;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.model.ModelMemory;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.jspecify.annotations.Nullable;

/**
 * All device memory of one trainer: one arena with its vectors, n elements each, and behind them
 * its model's activations.
 */
final class TrainerMemory implements AutoCloseable {
  /** Elements of a cache line, at which every vector begins. */
  private static final int LINE = 16;

  /** 256 bytes: where a device's own allocations begin, and the activations do too. */
  private static final int BOUNDARY = 64;

  private final DeviceArena arena;
  final DeviceVector parameters;
  final DeviceVector start;
  final DeviceVector gradient;
  final DeviceVector[] moments;
  final @Nullable DeviceVector travelling;

  /** On the host, n elements. */
  final Float32Vector exchange;

  /**
   * Allocates, and gives the model its part.
   *
   * @param moments vectors that the optimizer keeps
   * @param beside whether there is one more, for what travels beside the steps
   * @throws org.estafette.device.DeviceMemoryException where not all fits; nothing is held then
   * @throws IllegalArgumentException where the model asks for less than nothing
   */
  TrainerMemory(Device device, Model model, int moments, boolean beside) {
    long n = model.layout().length();
    ModelMemory asked = model.memory();
    long activations = asked.elements();
    if (activations < 0) {
      throw new IllegalArgumentException(
          "%s: memory of elements()=%d (expected >= 0)"
              .formatted(model.getClass().getName(), activations));
    }
    int own = 3 + moments;
    int count = own + (beside ? 1 : 0);
    long stride = ceil(n, LINE);
    long behind = activations == 0 ? count * stride : ceil(count * stride, BOUNDARY);
    arena =
        device.allocate(purpose(model, count * stride, asked), Math.addExact(behind, activations));
    try {
      DeviceVector[] vectors = new DeviceVector[count];
      for (int i = 0; i < count; i++) {
        vectors[i] = arena.all().slice(i * stride, n);
      }
      parameters = vectors[0];
      start = vectors[1];
      gradient = vectors[2];
      this.moments = Arrays.copyOfRange(vectors, 3, own);
      travelling = beside ? vectors[own] : null;
      exchange = Float32Vector.allocate(n);
      if (activations > 0) {
        asked.workIn(arena.all().slice(behind, activations));
      }
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static long ceil(long elements, int multiple) {
    return (elements + multiple - 1) / multiple * multiple;
  }

  /** For the message where it does not fit: which part is large decides what helps. */
  private static String purpose(Model model, long vectors, ModelMemory asked) {
    String own =
        String.format(
            Locale.ROOT,
            "a trainer with parameters, gradient and moments of %s (%,d elements)",
            model.layout(),
            vectors);
    return asked.elements() == 0
        ? own
        : String.format(
            Locale.ROOT, "%s and %s (%,d elements)", own, asked.purpose(), asked.elements());
  }

  @Override
  public void close() {
    arena.close();
  }
}
