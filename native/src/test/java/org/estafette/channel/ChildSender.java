package org.estafette.channel;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** A JVM of its own that sends one frame and stops in the middle of it, for good. */
final class ChildSender {
  static final String STOPPED = "stopped in the middle of the frame";
  static final String READY = "ready";

  private ChildSender() {}

  /** Starts the JVM with the project's flags. */
  static Process start(String mode, Endpoint to) throws IOException {
    Path root = Path.of(System.getProperty("estafette.root", ".."));
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "@" + root.resolve("conf/jvm.options"),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChildSender.class.getName(),
                mode,
                to.host(),
                to.directory(),
                String.valueOf(to.stream())));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.to(new File("/dev/null")))
        .start();
  }

  /** Arguments: mode, host, directory, stream of the receiver. */
  public static void main(String[] args) {
    if (args[0].equals("driver")) {
      runDriver(Path.of(args[2]));
      return;
    }
    Endpoint to = new Endpoint(args[1], args[2], Integer.parseInt(args[3]), null);
    ChannelHooks stop =
        new ChannelHooks() {
          private int fragments;

          @Override
          public void outgoing(MutableDirectBuffer buffer, int offset, int length) {
            if (++fragments == 20) {
              System.out.println(STOPPED);
              sleepForever();
            }
          }
        };
    ChannelConfig config =
        TestNode.config()
            .directory(Path.of(args[2]))
            .driver(ChannelConfig.Driver.ELSEWHERE)
            .build();
    TensorChannel channel = TensorChannel.open(config, new Silent(), stop);
    channel.send(
        to,
        TestNode.header(99, 0),
        new byte[0],
        Lease.unpooled(Float32Vector.allocate(4 << 20)),
        SendCallback.IGNORE);
    sleepForever();
  }

  private static void runDriver(Path directory) {
    ChannelConfig config = TestNode.config().directory(directory).build();
    TensorChannel.open(config, new Silent());
    System.out.println(READY);
    sleepForever();
  }

  private static void sleepForever() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static final class Silent implements ChannelListener {
    @Override
    public @Nullable Lease lease(FrameHeader header, long payloadBytes) {
      return null;
    }

    @Override
    public void received(
        FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {}

    @Override
    public void channelLost(String why, @Nullable Throwable cause) {
      System.out.println("lost: " + why);
    }
  }
}
