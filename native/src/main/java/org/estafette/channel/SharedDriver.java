package org.estafette.channel;

import io.aeron.CommonContext;
import io.aeron.exceptions.AeronException;
import java.nio.file.Path;

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
    try {
      return CommonContext.isDriverActive(
          config.directory().toFile(), config.driverTimeout().toMillis(), said -> {});
    } catch (AeronException e) {
      return false; // Its control file is there and has nothing in it.
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
