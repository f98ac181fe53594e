package org.estafette.channel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a channel is opened. Made by {@link #builder}; every default fits one machine with a handful
 * of peers.
 *
 * @param name for threads and messages
 * @param directory the media driver's directory, below /dev/shm, the same for all JVMs of a machine
 *     that shall talk through shared memory
 * @param driver whether this channel runs the media driver itself, and on which thread
 * @param run the run; frames of another one are refused
 * @param key with which frames are authenticated; null for none
 * @param udpHost address to listen on for other machines; null to listen to shared memory only
 * @param udpPort port, or 0 for a free one
 * @param udpMtu bytes of a datagram: 65504 on loopback, 8192 with jumbo frames, 1408 on networks of
 *     1500
 * @param termLength bytes of one of the three parts of a stream's buffer, a power of two; streams
 *     in shared memory take at most 128 KiB of it
 * @param ringBytes bytes of the ring beside each stream in shared memory through which payloads go,
 *     a multiple of 4096, and at most two of the three parts are taken; 0 for none: then payloads
 *     go through the stream
 * @param expectedLinks streams (in and out) that the space check provides for
 * @param maxPayloadBytes a frame that announces more is refused
 * @param maxMetaBytes a frame that announces more meta is refused, and none is sent
 * @param queueFrames frames that may wait for one peer
 * @param connectTimeout how long frames wait for a peer that does not answer
 * @param peerTimeout how long a broken connection between machines may heal before the frame under
 *     way is given up; also how long a receiver keeps its half
 * @param clientTimeout silence after which the driver takes a JVM for dead
 * @param driverTimeout silence after which a JVM takes the driver for dead
 * @param leaseTimeout how long a sender is held back for want of a lease before its frame is
 *     refused
 * @param idle what the channel's thread does when there is nothing to do
 */
public record ChannelConfig(
    String name,
    Path directory,
    Driver driver,
    long run,
    @Nullable FrameKey key,
    @Nullable String udpHost,
    int udpPort,
    int udpMtu,
    int termLength,
    int ringBytes,
    int expectedLinks,
    long maxPayloadBytes,
    int maxMetaBytes,
    int queueFrames,
    Duration connectTimeout,
    Duration peerTimeout,
    Duration clientTimeout,
    Duration driverTimeout,
    Duration leaseTimeout,
    Idle idle) {
  /** Datagrams on loopback: the largest that Aeron makes. */
  public static final int LOOPBACK_MTU = 65504;

  /** Datagrams on networks with jumbo frames. */
  public static final int JUMBO_MTU = 8192;

  /** Datagrams on networks of 1500 bytes. */
  public static final int ETHERNET_MTU = 1408;

  /** Bytes of the ring beside a stream: what a core's cache may hold of it. */
  private static final int DEFAULT_RING = 2 << 20;

  private static final int MIN_TERM = 64 * 1024;
  private static final int MAX_TERM = 1024 * 1024 * 1024;

  /**
   * Largest part of a stream in shared memory: three of them stay in a core's cache, which is worth
   * more than a longer way to the back-pressure. Payloads go beside it.
   */
  private static final int MAX_IPC_TERM = 128 * 1024;

  /** Largest part of a stream in shared memory that has no ring. */
  private static final int MAX_IPC_TERM_ALONE = 512 * 1024;

  private static final int MAX_RING = 1 << 30;

  /** Who runs the media driver. */
  public enum Driver {
    /** Another JVM of this machine, in the same directory. */
    ELSEWHERE,
    /** This channel, on its own thread: one thread does everything. */
    SAME_THREAD,
    /** This channel, on a second thread. */
    OWN_THREAD
  }

  /** What the channel's thread does when there is nothing to do. */
  public enum Idle {
    /** Yields for a moment, then sleeps longer and longer: next to nothing when silent. */
    ADAPTIVE,
    /** Yields always: for benchmarks, takes a core. */
    YIELD
  }

  /**
   * @throws IllegalArgumentException naming the value that is out of range
   */
  public ChannelConfig {
    Objects.requireNonNull(name, "name");
    directory = directory.toAbsolutePath().normalize();
    require(
        Integer.bitCount(termLength) == 1 && termLength >= MIN_TERM && termLength <= MAX_TERM,
        "termLength",
        termLength,
        "a power of two from 64 KiB to 1 GiB");
    require(
        udpMtu >= 256 && udpMtu <= Math.min(LOOPBACK_MTU, termLength / 8) && udpMtu % 32 == 0,
        "udpMtu",
        udpMtu,
        "a multiple of 32 from 256 to " + Math.min(LOOPBACK_MTU, termLength / 8));
    require(udpPort >= 0 && udpPort <= 0xFFFF, "udpPort", udpPort, "0 to 65535");
    require(
        ringBytes >= 0 && ringBytes <= MAX_RING && ringBytes % 4096 == 0,
        "ringBytes",
        ringBytes,
        "a multiple of 4096 up to 1 GiB");
    require(expectedLinks >= 0, "expectedLinks", expectedLinks, ">= 0");
    require(maxPayloadBytes >= 0, "maxPayloadBytes", maxPayloadBytes, ">= 0");
    require(
        maxMetaBytes >= 0 && maxMetaBytes <= 1 << 24, "maxMetaBytes", maxMetaBytes, "0 to 16 MiB");
    require(queueFrames >= 1, "queueFrames", queueFrames, ">= 1");
    positive("connectTimeout", connectTimeout);
    positive("peerTimeout", peerTimeout);
    positive("clientTimeout", clientTimeout);
    positive("driverTimeout", driverTimeout);
    positive("leaseTimeout", leaseTimeout);
  }

  private static void require(boolean ok, String name, long value, String expected) {
    if (!ok) {
      throw new IllegalArgumentException(name + "=" + value + " (expected " + expected + ")");
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + "=" + value + " (expected > 0)");
    }
  }

  /** Bytes of one of the three parts of a stream in shared memory. */
  int ipcTermLength() {
    return Math.min(termLength, ringBytes > 0 ? MAX_IPC_TERM : MAX_IPC_TERM_ALONE);
  }

  /** Bytes of the ring beside a stream in shared memory; 0 for none. */
  int ring() {
    return ring(ringBytes, termLength);
  }

  private static int ring(int wanted, int termLength) {
    return (int) Math.min(wanted, 2L * termLength);
  }

  /** Bytes that a stream takes at most, in shared memory or to another machine. */
  static long streamBytes(int termLength) {
    long ipc =
        3L * Math.min(termLength, MAX_IPC_TERM) + RingFile.bytes(ring(DEFAULT_RING, termLength));
    return Math.max(3L * termLength, ipc);
  }

  /** Bytes of a fragment in shared memory: a stream takes at most an eighth of its part at once. */
  int ipcMtu() {
    return Math.min(LOOPBACK_MTU, ipcTermLength() / 8);
  }

  /** The directory of the node {@code name} of this user, in shared memory. */
  public static Path directoryFor(String name) {
    String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9._-]", "_");
    return ShmCheck.sharedMemory()
        .resolve("estafette-" + user + "-" + name.replaceAll("[^A-Za-z0-9._-]", "_"));
  }

  /** Starts a configuration of a channel that runs its own driver. */
  public static Builder builder(String name, long run) {
    return new Builder(name, run);
  }

  /** Collects a configuration. */
  public static final class Builder {
    private final String name;
    private final long run;
    private Path directory;
    private Driver driver = Driver.SAME_THREAD;
    private @Nullable FrameKey key;
    private @Nullable String udpHost;
    private int udpPort;
    private int udpMtu = ETHERNET_MTU;
    private int termLength = 4 << 20;
    private int ringBytes = DEFAULT_RING;
    private int expectedLinks = 8;
    private long maxPayloadBytes = 64L << 30;
    private int maxMetaBytes = 1 << 20;
    private int queueFrames = 16;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration peerTimeout = Duration.ofSeconds(30);
    private Duration clientTimeout = Duration.ofSeconds(10);
    private Duration driverTimeout = Duration.ofSeconds(10);
    private Duration leaseTimeout = Duration.ofSeconds(60);
    private Idle idle = Idle.ADAPTIVE;

    private Builder(String name, long run) {
      this.name = name;
      this.run = run;
      this.directory = directoryFor(name);
    }

    /** See {@link ChannelConfig#directory}. */
    public Builder directory(Path value) {
      directory = value;
      return this;
    }

    /** See {@link ChannelConfig#driver}. */
    public Builder driver(Driver value) {
      driver = value;
      return this;
    }

    /** See {@link ChannelConfig#key}. */
    public Builder key(@Nullable FrameKey value) {
      key = value;
      return this;
    }

    /** Listens on UDP too; see {@link ChannelConfig#udpHost} and {@link ChannelConfig#udpPort}. */
    public Builder udp(String host, int port) {
      udpHost = host;
      udpPort = port;
      return this;
    }

    /** See {@link ChannelConfig#udpMtu}. */
    public Builder udpMtu(int value) {
      udpMtu = value;
      return this;
    }

    /** See {@link ChannelConfig#termLength}. */
    public Builder termLength(int value) {
      termLength = value;
      return this;
    }

    /** See {@link ChannelConfig#ringBytes}. */
    public Builder ringBytes(int value) {
      ringBytes = value;
      return this;
    }

    /** See {@link ChannelConfig#expectedLinks}. */
    public Builder expectedLinks(int value) {
      expectedLinks = value;
      return this;
    }

    /** See {@link ChannelConfig#maxPayloadBytes}. */
    public Builder maxPayloadBytes(long value) {
      maxPayloadBytes = value;
      return this;
    }

    /** See {@link ChannelConfig#maxMetaBytes}. */
    public Builder maxMetaBytes(int value) {
      maxMetaBytes = value;
      return this;
    }

    /** See {@link ChannelConfig#queueFrames}. */
    public Builder queueFrames(int value) {
      queueFrames = value;
      return this;
    }

    /** See {@link ChannelConfig#connectTimeout}. */
    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    /** See {@link ChannelConfig#peerTimeout}. */
    public Builder peerTimeout(Duration value) {
      peerTimeout = value;
      return this;
    }

    /** See {@link ChannelConfig#clientTimeout}. */
    public Builder clientTimeout(Duration value) {
      clientTimeout = value;
      return this;
    }

    /** See {@link ChannelConfig#driverTimeout}. */
    public Builder driverTimeout(Duration value) {
      driverTimeout = value;
      return this;
    }

    /** See {@link ChannelConfig#leaseTimeout}. */
    public Builder leaseTimeout(Duration value) {
      leaseTimeout = value;
      return this;
    }

    /** See {@link ChannelConfig#idle}. */
    public Builder idle(Idle value) {
      idle = value;
      return this;
    }

    /**
     * Ends the configuration.
     *
     * @throws IllegalArgumentException naming the value that is out of range
     */
    public ChannelConfig build() {
      return new ChannelConfig(
          name,
          directory,
          driver,
          run,
          key,
          udpHost,
          udpPort,
          udpMtu,
          termLength,
          ringBytes,
          expectedLinks,
          maxPayloadBytes,
          maxMetaBytes,
          queueFrames,
          connectTimeout,
          peerTimeout,
          clientTimeout,
          driverTimeout,
          leaseTimeout,
          idle);
    }
  }
}
