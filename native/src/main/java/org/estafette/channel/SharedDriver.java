package org.estafette.channel;

import io.aeron.CncFileDescriptor;
import java.io.File;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * A media driver without a channel, on a thread of its own: for a process that outlives those that
 * send. Whoever shares it opens a channel with {@link ChannelConfig.Driver#ELSEWHERE} in its
 * directory, and may be killed without taking the others' streams along.
 */
public final class SharedDriver implements AutoCloseable {
  private final ChannelConfig config;
  private EmbeddedDriver driver;

  private SharedDriver(ChannelConfig config) {
    this.config = config;
    this.driver = launch(config);
  }

  private static EmbeddedDriver launch(ChannelConfig config) {
    StaleDirectories.sweep();
    ShmCheck room = ShmCheck.of(config);
    if (!room.enough()) {
      throw new ChannelException(room.message(), null);
    }
    return EmbeddedDriver.launch(
        config,
        ChannelHooks.NONE,
        e -> ChannelLog.LOG.warn("media driver in {}: {}", config.directory(), e.toString()));
  }

  /**
   * Starts one.
   *
   * @param config whose {@link ChannelConfig#driver} must be {@code OWN_THREAD}
   * @throws ChannelException where the directory is in use, too small, or not usable
   */
  public static SharedDriver launch(ChannelConfig.Builder config) {
    return new SharedDriver(config.driver(ChannelConfig.Driver.OWN_THREAD).build());
  }

  /** Where channels find it. */
  public Path directory() {
    return config.directory();
  }

  /** Whether its files are where channels look for them, and its heartbeat is fresh. */
  public boolean alive() {
    File control = config.directory().resolve(CncFileDescriptor.CNC_FILE).toFile();
    if (control.length() == 0) {
      return false;
    }
    MappedByteBuffer mapped;
    try {
      mapped = IoUtil.mapExistingFile(control, "the driver's control file");
    } catch (IllegalStateException e) {
      return false; // It was deleted this very moment.
    }
    try {
      UnsafeBuffer head = CncFileDescriptor.createMetaDataBuffer(mapped);
      if (head.getIntVolatile(CncFileDescriptor.cncVersionOffset(0)) == 0) {
        return false; // It has nothing in it yet.
      }
      long heartbeat =
          new ManyToOneRingBuffer(CncFileDescriptor.createToDriverBuffer(mapped, head))
              .consumerHeartbeatTime();
      return SteadyClock.INSTANCE.time() - heartbeat <= config.driverTimeout().toMillis();
    } finally {
      IoUtil.unmap(mapped);
    }
  }

  /** Ends what is left of it, and starts anew in the same place. */
  public synchronized void restart() {
    driver.close();
    driver = launch(config);
  }

  /** Ends it and deletes its directory. */
  @Override
  public synchronized void close() {
    driver.close();
  }
}
