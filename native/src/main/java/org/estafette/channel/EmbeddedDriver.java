package org.estafette.channel;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.jspecify.annotations.Nullable;

/** The media driver of a machine, run inside this JVM. */
final class EmbeddedDriver implements AutoCloseable {
  private static final int WINDOW = 2 << 20;
  private static final int SOCKET_BUFFER = 4 << 20;

  private final DirectoryLock lock;
  private final MediaDriver driver;

  private EmbeddedDriver(DirectoryLock lock, MediaDriver driver) {
    this.lock = lock;
    this.driver = driver;
  }

  /**
   * Starts a driver in {@code config.directory()}.
   *
   * @throws ChannelException where the directory is in use, too small, or not usable
   */
  static EmbeddedDriver launch(ChannelConfig config, ChannelHooks hooks, ErrorHandler onError) {
    DirectoryLock lock = DirectoryLock.acquire(config.directory());
    boolean launched = false;
    try {
      MediaDriver.Context context = context(config).errorHandler(onError);
      hooks.driver(context);
      EmbeddedDriver driver = new EmbeddedDriver(lock, MediaDriver.launch(context));
      launched = true;
      return driver;
    } catch (RuntimeException e) {
      throw new ChannelException(
          "media driver in " + config.directory() + " does not start: " + e.getMessage(), e);
    } finally {
      if (!launched) {
        IoUtil.delete(config.directory().toFile(), true);
        lock.close();
      }
    }
  }

  private static MediaDriver.Context context(ChannelConfig config) {
    boolean ownThread = config.driver() == ChannelConfig.Driver.OWN_THREAD;
    int receiveBuffer = clampToKernel(SOCKET_BUFFER, "rmem_max");
    long clientTimeout = config.clientTimeout().toNanos();
    long timer = Math.min(TimeUnit.SECONDS.toNanos(1), clientTimeout / 4);
    return new MediaDriver.Context()
        .aeronDirectoryName(config.directory().toString())
        .dirDeleteOnStart(true)
        .dirDeleteOnShutdown(true)
        .warnIfDirectoryExists(false)
        // Resolves names and opens sockets, seldom: by default it wakes a thousand times a second.
        .asyncExecutorIdleStrategy(new BackoffIdleStrategy(10, 20, 1_000_000, 50_000_000))
        .threadingMode(ownThread ? ThreadingMode.SHARED : ThreadingMode.INVOKER)
        .sharedIdleStrategy(new BackoffIdleStrategy(10, 20, 1_000, 1_000_000))
        .driverTimeoutMs(config.driverTimeout().toMillis())
        .epochClock(SteadyClock.INSTANCE)
        .mtuLength(config.udpMtu())
        .ipcMtuLength(config.ipcMtu())
        .publicationTermBufferLength(config.termLength())
        .ipcTermBufferLength(config.ipcTermLength())
        // Pages are reserved when a stream opens: a full tmpfs is a refusal then, not a fault
        // later.
        .termBufferSparseFile(false)
        .lowStorageWarningThreshold(0)
        .initialWindowLength(Math.min(WINDOW, Math.min(config.termLength() / 2, receiveBuffer)))
        .socketRcvbufLength(receiveBuffer)
        .socketSndbufLength(clampToKernel(SOCKET_BUFFER, "wmem_max"))
        .imageLivenessTimeoutNs(config.peerTimeout().toNanos())
        .timerIntervalNs(timer)
        .clientLivenessTimeoutNs(clientTimeout)
        // Must exceed the client's time-out, or a slow client would have its claims taken away.
        .publicationUnblockTimeoutNs(
            clientTimeout + clientTimeout / 2 + TimeUnit.SECONDS.toNanos(1));
  }

  /** Aeron refuses socket buffers that the kernel would silently cut. */
  private static int clampToKernel(int bytes, String name) {
    Path limit = Path.of("/proc/sys/net/core", name);
    try {
      return (int) Math.min(bytes, Long.parseLong(KernelFile.read(limit)));
    } catch (IOException | NumberFormatException e) {
      return Math.min(bytes, 128 << 10);
    }
  }

  /** Null where the driver has a thread of its own. */
  @Nullable AgentInvoker invoker() {
    return driver.sharedAgentInvoker();
  }

  @Override
  public void close() {
    try (DirectoryLock _ = lock) {
      driver.close();
    }
  }
}
