package org.estafette.actor.join;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Addresses of this machine. */
public final class LocalAddress {
  private LocalAddress() {}

  /**
   * The address of this machine from which packets to another go out: where that one can answer,
   * unless something in between rewrites addresses. The loopback address for one of this machine.
   *
   * @throws JoinException where there is no way to it
   */
  public static String towards(HostPort other) {
    // A datagram socket that is connected has asked for the way and sent nothing.
    try (DatagramSocket socket = new DatagramSocket()) {
      InetAddress target = InetAddress.getByName(other.host());
      socket.connect(new InetSocketAddress(target, other.port()));
      InetAddress own = socket.getLocalAddress();
      if (own.isAnyLocalAddress()) {
        throw new SocketException("no route");
      }
      return own.getHostAddress();
    } catch (UnknownHostException e) {
      throw JoinException.passing(
          "the name "
              + other.host()
              + " does not resolve, so that this node's own address cannot"
              + " be chosen; name it with --host ADDRESS");
    } catch (IOException | java.io.UncheckedIOException e) {
      throw JoinException.passing(
          "no way from this machine to "
              + other
              + " ("
              + e.getMessage()
              + "); name this node's address with --host ADDRESS");
    }
  }

  /** Whether a name or address is this machine's. */
  static boolean isOwn(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }
}
