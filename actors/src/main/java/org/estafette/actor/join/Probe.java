package org.estafette.actor.join;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.estafette.actor.join.Finding.Kind;

/**
 * Looks at an address from outside, without being in a cluster: does the name resolve, does
 * something listen, and is it a node's port?
 *
 * @param host address of this node that the others are told
 * @param tls whether this node speaks TLS
 * @param patience for a connection, and a quarter of it for each answer [ms]
 */
public record Probe(String host, boolean tls, int patience) {
  /** What it shows of one address. Blocks for a few times the patience at most. */
  public Finding look(HostPort target) {
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(target.host());
    } catch (UnknownHostException e) {
      return new Finding(
          Kind.UNRESOLVED,
          "the name " + target.host() + " does not resolve",
          "a name that this machine's resolver knows",
          "look at `getent hosts " + target.host() + "`, or join by the address");
    }
    Finding last = null;
    for (InetAddress address : addresses) {
      Finding finding = connect(target, address);
      if (finding.well()) {
        return finding;
      }
      last = last == null || last.kind() == Kind.NO_ROUTE ? finding : last;
    }
    return java.util.Objects.requireNonNull(last);
  }

  private Finding connect(HostPort target, InetAddress address) {
    String at =
        target.host().equals(address.getHostAddress())
            ? target.toString()
            : target + " (" + address.getHostAddress() + ")";
    InetSocketAddress socket = new InetSocketAddress(address, target.port());
    try {
      Greeting.Heard heard = Greeting.hear(socket, patience);
      return heard(heard, at, address);
    } catch (SocketTimeoutException e) {
      return new Finding(
          Kind.SILENT,
          at + " does not answer within " + patience + " ms",
          "a TCP connection",
          "a firewall in between drops packets, or the machine is off: open TCP port "
              + target.port()
              + " there, or look at the address");
    } catch (NoRouteToHostException e) {
      return noRoute(at, e);
    } catch (ConnectException e) {
      if (String.valueOf(e.getMessage()).contains("unreachable")) {
        return noRoute(at, e);
      }
      return new Finding(
          Kind.REFUSED,
          at + " refuses the connection: nothing listens there",
          "a node's port for control messages",
          "is `estafette train` running there, with --port "
              + target.port()
              + (LocalAddress.isOwn(address)
                  ? "?"
                  : "? One on 127.0.0.1, the default, is not reached from here: start it with"
                      + " --host ADDRESS of that machine"));
    } catch (IOException e) {
      return noRoute(at, e);
    }
  }

  private static Finding noRoute(String at, IOException e) {
    return new Finding(
        Kind.NO_ROUTE,
        "no way from this machine to " + at + " (" + e.getMessage() + ")",
        "a network that both are in",
        "look at `ip route get` of that address");
  }

  private Finding heard(Greeting.Heard heard, String at, InetAddress address) {
    return switch (heard) {
      case PLAIN, TLS -> {
        boolean theirs = heard == Greeting.Heard.TLS;
        if (theirs && !tls) {
          yield new Finding(
              Kind.TLS_THERE,
              at + " speaks TLS, this node does not",
              "both with the same keys",
              "copy the coordinator's folder of keys here and add --set security.keys=FOLDER");
        }
        if (!theirs && tls) {
          yield new Finding(
              Kind.TLS_HERE,
              "this node speaks TLS (security.keys), " + at + " does not",
              "both with the same keys",
              "start the coordinator with security.keys too, or this node without");
        }
        yield hereLoopback(at, address);
      }
      case OTHER ->
          new Finding(
              Kind.NOT_A_NODE,
              at + " answers, but it is no node of Estafette",
              "the port for control messages",
              "take the address that `estafette train` prints after \"join\"; its HTTP port, 8558,"
                  + " and its tensors' port are others");
    };
  }

  private Finding hereLoopback(String at, InetAddress address) {
    boolean hereLoopback =
        host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    if (hereLoopback && !LocalAddress.isOwn(address)) {
      return new Finding(
          Kind.LOOPBACK_HERE,
          "this node calls itself " + host + ", which to " + at + " is that machine itself",
          "an address of this machine that others reach",
          "leave --host out, or give such an address");
    }
    return new Finding(Kind.WELL, at + " is a node's port", "", "");
  }
}
