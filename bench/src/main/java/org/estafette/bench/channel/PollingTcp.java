package org.estafette.bench.channel;

import java.net.InetSocketAddress;
import org.estafette.memory.Float32Vector;

/**
 * TCP whose two ends poll and yield instead of blocking. It connects anew for each measurement,
 * warms the connection up, and closes it: an open one would take a core from all other paths.
 */
final class PollingTcp implements Route {
  private final InetSocketAddress to;
  private final Float32Vector source;

  PollingTcp(InetSocketAddress to, Float32Vector source) {
    this.to = to;
    this.source = source;
  }

  @Override
  public long send() {
    try (TcpPath path = new TcpPath(to, source, 0, true)) {
      path.send();
      return path.send();
    }
  }

  @Override
  public long[] pingPong(int bytes, int count) {
    try (TcpPath path = new TcpPath(to, source, 0, true)) {
      path.pingPong(bytes, count / 4 + 1);
      return path.pingPong(bytes, count);
    }
  }

  @Override
  public void close() {}
}
