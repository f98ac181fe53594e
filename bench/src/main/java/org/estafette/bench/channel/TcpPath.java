package org.estafette.bench.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.estafette.memory.Float32Vector;

/**
 * Plain NIO TCP, as well as we know how: a gathering write of a small header and the vector's own
 * memory, read straight into the other vector's memory; no copy on the heap, no checksum. Sockets
 * either block, or poll and yield as the channel does.
 */
final class TcpPath implements Route {
  static final int HEADER_BYTES = 32;

  private final SocketChannel socket;
  private final Float32Vector source;
  private final ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
  private final ByteBuffer ack = ByteBuffer.allocateDirect(1);

  TcpPath(InetSocketAddress to, Float32Vector source, int bufferBytes, boolean polling) {
    this.source = source;
    try {
      socket = SocketChannel.open();
      tune(socket, bufferBytes);
      socket.connect(to);
      ByteBuffer hello = ByteBuffer.allocate(5).putInt(bufferBytes).put((byte) (polling ? 1 : 0));
      writeFully(socket, hello.flip());
      socket.configureBlocking(!polling);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** 0 leaves the buffers to the kernel. */
  static void tune(SocketChannel socket, int bufferBytes) throws IOException {
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    if (bufferBytes > 0) {
      socket.setOption(StandardSocketOptions.SO_SNDBUF, bufferBytes);
      socket.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
    }
  }

  static void writeFully(SocketChannel socket, ByteBuffer... buffers) throws IOException {
    ByteBuffer last = buffers[buffers.length - 1];
    while (last.hasRemaining()) {
      if (socket.write(buffers) == 0) {
        Thread.yield();
      }
    }
  }

  /** Returns false at the end of the stream. */
  static boolean readFully(SocketChannel socket, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      int n = socket.read(buffer);
      if (n < 0) {
        return false;
      }
      if (n == 0) {
        Thread.yield();
      }
    }
    return true;
  }

  @Override
  public long send() {
    ByteBuffer body = source.segment().asByteBuffer();
    try {
      long start = System.nanoTime();
      header.clear().putLong(0, body.remaining()).putLong(8, 0);
      writeFully(socket, header, body);
      ack.clear();
      readFully(socket, ack);
      return System.nanoTime() - start;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long[] pingPong(int bytes, int count) {
    long[] nanos = new long[count];
    ByteBuffer out = source.segment().asByteBuffer().limit(bytes);
    ByteBuffer in = ByteBuffer.allocateDirect(HEADER_BYTES + bytes);
    try {
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        header.clear().putLong(0, bytes).putLong(8, 1);
        writeFully(socket, header, out.rewind());
        readFully(socket, in.clear());
        nanos[i] = System.nanoTime() - start;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return nanos;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
