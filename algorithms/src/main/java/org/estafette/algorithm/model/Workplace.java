package org.estafette.algorithm.model;

import java.util.function.Function;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.jspecify.annotations.Nullable;

/**
 * Where a model computes: in memory that it was given, or in an arena of its own from its first use
 * on. Used by one thread.
 *
 * @param <A> what is cut from the memory
 */
final class Workplace<A> implements ModelMemory, AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final Device device;
  private final String purpose;
  private final long elements;
  private final Function<DeviceVector, A> cut;
  private @Nullable DeviceArena own;
  private @Nullable A place;
  private boolean closed;

  /**
   * Allocates nothing.
   *
   * @param purpose what the memory holds, in words
   * @param elements 4-byte elements that are needed
   * @param cut makes of so many zeros what the model works with; called once
   */
  Workplace(Device device, String purpose, long elements, Function<DeviceVector, A> cut) {
    this.device = device;
    this.purpose = purpose;
    this.elements = elements;
    this.cut = cut;
  }

  @Override
  public String purpose() {
    return purpose;
  }

  @Override
  public long elements() {
    return elements;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException where the memory is too short or not aligned
   * @throws IllegalStateException where there is memory already, or the model is closed
   */
  @Override
  public void workIn(DeviceVector memory) {
    if (place != null || closed) {
      String state =
          closed
              ? "is closed"
              : own == null ? "was given some before" : "works in memory of its own";
      throw new IllegalStateException(
          ("%s: memory was given to a model that %s (expected once, before its first loss;"
                  + " make a model for each trainer)")
              .formatted(purpose, state));
    }
    if (memory.length() < elements || memory.address() % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          ("%s: memory of %d elements at address 0x%x (expected at least elements()=%d"
                  + " at a multiple of %d)")
              .formatted(purpose, memory.length(), memory.address(), elements, ALIGNMENT));
    }
    place = cut.apply(memory);
  }

  /**
   * What was cut. The first call allocates where no memory was given, others allocate nothing.
   *
   * @throws org.estafette.device.DeviceMemoryException where the device has too little memory
   * @throws IllegalStateException where the model is closed
   */
  A get() {
    A known = place;
    return known == null ? ofItsOwn() : known;
  }

  private A ofItsOwn() {
    if (closed) {
      throw new IllegalStateException(purpose + ": the model is closed (expected no more losses)");
    }
    DeviceArena arena = device.allocate(purpose, elements);
    try {
      A made = cut.apply(arena.all());
      own = arena;
      place = made;
      return made;
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Gives back what was allocated here; memory that was given stays. */
  @Override
  public void close() {
    closed = true;
    place = null;
    if (own != null) {
      own.close();
    }
  }
}
