package org.estafette.channel;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a channel is reached. Plain data: it travels inside control messages of any serializer.
 *
 * @param host which machine and which mount of shared memory: equal for two channels that can map
 *     each other's files, different otherwise, even where two containers share a kernel
 * @param directory the media driver's directory
 * @param stream stream id of the channel inside that driver
 * @param udp {@code host:port} for senders that cannot map the directory; null where the channel
 *     listens to shared memory only
 */
public record Endpoint(String host, String directory, int stream, @Nullable String udp) {
  /**
   * @throws IllegalArgumentException where {@code stream} is not positive or {@code udp} is not
   *     {@code host:port}
   */
  public Endpoint {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(directory, "directory");
    if (stream <= 0) {
      throw new IllegalArgumentException("stream=" + stream + " (expected > 0)");
    }
    if (udp != null && !udp.matches("(\\[[0-9a-fA-F:.%a-z]+]|[A-Za-z0-9._-]+):[0-9]{1,5}")) {
      throw new IllegalArgumentException("udp=" + udp + " (expected host:port)");
    }
  }

  /** Whether this machine can map the driver's files: then a channel here may share its driver. */
  public boolean onThisMachine() {
    return host.equals(HostIdentity.of(Path.of(directory, "cnc.dat")));
  }

  /** Whether both are served by one media driver, so that tensors go through shared memory. */
  public boolean sharesMemoryWith(Endpoint other) {
    return host.equals(other.host) && directory.equals(other.directory);
  }

  @Override
  public String toString() {
    return "Endpoint[" + directory + "#" + stream + (udp == null ? "" : ", udp=" + udp) + "]";
  }
}
