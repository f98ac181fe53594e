package org.estafette.actor.join;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node is reached.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 1 … 65535
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
  /** Taken where an address has none. */
  public static final int DEFAULT_PORT = 25520;

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9a-fA-F:]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");

  /**
   * @throws IllegalArgumentException where the port is out of its range
   */
  public HostPort {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port=" + port + " (expected 1 … 65535)");
    }
  }

  /** Reads {@code HOST:PORT}; empty where it is none. */
  public static Optional<HostPort> parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(m.group(3));
    String host = m.group(1) != null ? m.group(1) : m.group(2);
    return port < 1 || port > 65535 ? Optional.empty() : Optional.of(new HostPort(host, port));
  }

  /** The host as it stands in an address. */
  public String bracketed() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  @Override
  public int compareTo(HostPort other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return bracketed() + ":" + port;
  }
}
