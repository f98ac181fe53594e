package org.estafette.bench.channel;

/** One way for bytes from this JVM to the other and back. */
interface Route extends AutoCloseable {
  /** Sends the whole vector; returns the nanoseconds until the other side says that it is there. */
  long send();

  /** Sends {@code bytes} back and forth {@code count} times; returns the nanoseconds of each. */
  long[] pingPong(int bytes, int count);

  @Override
  void close();
}
