package org.estafette.actor.join;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The names that a node may call itself by. Artery takes messages only under the very address that
 * a node advertises, so that one joined by name would not hear what is sent to its name.
 */
public final class Alternatives {
  private Alternatives() {}

  /**
   * The addresses themselves first, then those that their names stand for. Blocks.
   *
   * @param backwards whether addresses are also looked up for their names, which may take seconds
   */
  public static List<HostPort> of(List<HostPort> found, boolean backwards) {
    Set<HostPort> all = new LinkedHashSet<>(found);
    for (HostPort one : found) {
      try {
        for (InetAddress address : InetAddress.getAllByName(one.host())) {
          all.add(new HostPort(address.getHostAddress(), one.port()));
          if (backwards && !address.isLoopbackAddress()) {
            all.add(new HostPort(address.getCanonicalHostName(), one.port()));
          }
        }
      } catch (UnknownHostException e) {
        continue; // The probe says so.
      }
    }
    return List.copyOf(all);
  }

  /** What to say of a node that listens at the address, but does not answer under it. */
  public static Finding unanswered(HostPort target, String host, int patience) {
    Optional<String> own = SelfNode.ask(target.host(), SelfNode.PORT, patience);
    if (own.isPresent() && !own.get().equals(target.toString())) {
      return new Finding(
          Finding.Kind.OTHER_ADDRESS,
          "the node at " + target + " calls itself " + own.get(),
          "one address that both sides use",
          "join at "
              + own.get()
              + "; where that cannot be reached from here (NAT, a container's port), start it with"
              + " --host and --port of the address from here, and cluster.bind-host, bind-port of"
              + " its own");
    }
    return new Finding(
        Finding.Kind.NO_ANSWER,
        target + " listens, but no answer comes back to " + host,
        "a node that calls itself " + target + " and reaches " + host,
        "compare with the address after \"join\" that `estafette train` printed: behind NAT or in a"
            + " container it needs --host and --port as they are reached from here"
            + " (cluster.bind-host, bind-port for its own); and let it reach this node's port:"
            + " --host "
            + host
            + " --port N, open for TCP");
  }
}
