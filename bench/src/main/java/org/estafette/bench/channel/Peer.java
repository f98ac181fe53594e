package org.estafette.bench.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.ChannelListener;
import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.SendCallback;
import org.estafette.channel.TensorChannel;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The other JVM: takes whole vectors and says when they are there; sends small ones back. Prints
 * where it is reached, and ends when its standard input does.
 */
final class Peer {
  private final Float32Vector target;
  private final long ackAbove;

  private Peer(long bytes, long ackAbove) {
    this.target = Float32Vector.allocate(bytes / Float.BYTES);
    this.target.fill(0);
    this.ackAbove = ackAbove;
  }

  /** Arguments as {@link ChannelBench} gives them. */
  public static void main(String[] args) throws IOException {
    Settings settings = Settings.parse(args);
    Peer peer = new Peer(settings.bytes(), settings.pingBytes());
    Endpoint ipcParent = settings.endpoint("ipc");
    Endpoint udpParent = settings.endpoint("udp");
    TensorChannel ipc = peer.open(settings.beside(ipcParent), new AtomicReference<>(), ipcParent);
    TensorChannel udp = peer.open(settings.udp("bench-peer"), new AtomicReference<>(), udpParent);
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Thread acceptor = new Thread(() -> peer.serve(server), "tcp");
      acceptor.setDaemon(true);
      acceptor.start();
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      System.out.println(Settings.print("ipc", ipc.endpoint()));
      System.out.println(Settings.print("udp", udp.endpoint()));
      System.out.println("tcp " + port);
      while (System.in.read() >= 0) {
        // Nothing is said; the end is what counts.
      }
    } finally {
      ipc.close();
      udp.close();
    }
  }

  private TensorChannel open(
      ChannelConfig config, AtomicReference<@Nullable TensorChannel> self, Endpoint parent) {
    ChannelListener echo =
        new ChannelListener() {
          private final Lease lease = Lease.unpooled(target);

          @Override
          public Lease lease(FrameHeader header, long payloadBytes) {
            return lease;
          }

          @Override
          public void received(
              FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
            long back = payloadBytes > ackAbove ? 0 : payloadBytes;
            Objects.requireNonNull(self.get())
                .send(
                    parent,
                    header,
                    ChannelPath.NO_META,
                    back == 0 ? null : payload,
                    back,
                    SendCallback.IGNORE);
          }

          @Override
          public void channelLost(String why, @Nullable Throwable cause) {
            System.err.println(why);
          }
        };
    TensorChannel channel = TensorChannel.open(config, echo);
    self.set(channel);
    return channel;
  }

  private void serve(ServerSocketChannel server) {
    try {
      while (true) {
        SocketChannel socket = server.accept();
        Thread thread = new Thread(() -> answer(socket), "tcp-connection");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException e) {
      // The benchmark is over.
    }
  }

  private void answer(SocketChannel socket) {
    try (socket) {
      ByteBuffer hello = ByteBuffer.allocate(5);
      TcpPath.readFully(socket, hello);
      TcpPath.tune(socket, hello.getInt(0));
      socket.configureBlocking(hello.get(4) == 0);
      ByteBuffer header = ByteBuffer.allocateDirect(TcpPath.HEADER_BYTES);
      ByteBuffer ack = ByteBuffer.allocateDirect(1);
      ByteBuffer body = target.segment().asByteBuffer();
      while (TcpPath.readFully(socket, header.clear())) {
        int bytes = (int) header.getLong(0);
        TcpPath.readFully(socket, body.clear().limit(bytes));
        if (header.getLong(8) == 0) {
          TcpPath.writeFully(socket, ack.clear());
        } else {
          TcpPath.writeFully(socket, header.rewind(), body.rewind());
        }
      }
    } catch (IOException e) {
      System.err.println("tcp: " + e);
    }
  }
}
