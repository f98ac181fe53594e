package org.estafette.memory;

/**
 * A vector on loan. Whoever holds a lease closes it once; a holder that hands the same content to
 * several takers calls {@link #retain()} for each further one. The vector returns to its pool when
 * the last holder has closed.
 *
 * <p>Thread-safe: takers may close on different threads.
 */
public interface Lease extends AutoCloseable {
  /**
   * The vector.
   *
   * @throws IllegalStateException after the last close
   */
  FlatVector vector();

  /** One more holder of the same vector; returns this. */
  Lease retain();

  /** This holder is done. */
  @Override
  void close();

  /** A lease on a vector that belongs to no pool: closing it does nothing. */
  static Lease unpooled(FlatVector vector) {
    return new Lease() {
      @Override
      public FlatVector vector() {
        return vector;
      }

      @Override
      public Lease retain() {
        return this;
      }

      @Override
      public void close() {}
    };
  }
}
