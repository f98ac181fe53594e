package org.estafette.actor.join;

import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery;
import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.actor.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * A name in DNS: its SRV records, which have ports, or its addresses with a port that is given.
 * Where there is no SRV record, the addresses with the default port.
 */
final class DnsLookup implements JoinSource {
  private static final Pattern FORM = Pattern.compile("dns:([A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");
  private static final Pattern SERVICE = Pattern.compile("_([^.]+)\\._([^.]+)\\.(.+)");

  private final String text;
  private final String name;
  private final int port;
  private final Config node;
  private @Nullable Discoverer discoverer;

  private DnsLookup(String text, String name, int port, Config node) {
    this.text = text;
    this.name = name;
    this.port = port;
    this.node = node;
  }

  /**
   * @throws ConfigException where the text is not of the form
   */
  static DnsLookup of(String text, Config node) {
    Matcher m = FORM.matcher(text);
    int port = m.matches() && m.group(2) != null ? Integer.parseInt(m.group(2)) : 0;
    if (!m.matches() || port > 65535 || (m.group(2) != null && port == 0)) {
      throw new ConfigException("--join " + text + " (expected dns:NAME or dns:NAME:PORT)");
    }
    return new DnsLookup(text, m.group(1), port, node);
  }

  @Override
  public List<HostPort> look() throws LookupException {
    if (port > 0) {
      return addresses(port);
    }
    Matcher service = SERVICE.matcher(name);
    if (service.matches()) {
      List<HostPort> found = services(service.group(3), service.group(1), service.group(2));
      if (found.isEmpty()) {
        throw new LookupException(
            "DNS has no SRV record "
                + name
                + " (expected one a node; `dig SRV "
                + name
                + "` asks the same)");
      }
      return found;
    }
    List<HostPort> found = services(name, "estafette", "tcp");
    return found.isEmpty() ? addresses(HostPort.DEFAULT_PORT) : found;
  }

  private List<HostPort> addresses(int port) throws LookupException {
    TreeSet<HostPort> all = new TreeSet<>();
    try {
      for (InetAddress address : InetAddress.getAllByName(name)) {
        all.add(new HostPort(address.getHostAddress(), port));
      }
    } catch (UnknownHostException e) {
      throw new LookupException(
          "the name "
              + name
              + " does not resolve; `getent hosts "
              + name
              + "` asks the same resolver (in Kubernetes a headless service has addresses as soon"
              + " as a pod of it runs)");
    }
    return List.copyOf(all);
  }

  /** None where DNS has none, or does not answer: the addresses are asked for next. */
  private List<HostPort> services(String of, String service, String protocol) {
    if (discoverer == null) {
      discoverer = new Discoverer("akka-dns", Map.of(), node);
    }
    TreeSet<HostPort> all = new TreeSet<>();
    try {
      for (ServiceDiscovery.ResolvedTarget target :
          discoverer.look(Lookup.create(of).withPortName(service).withProtocol(protocol))) {
        target
            .getPort()
            .ifPresent(p -> all.add(new HostPort(target.host().replaceFirst("\\.$", ""), (int) p)));
      }
    } catch (LookupException e) {
      return List.of();
    }
    return List.copyOf(all);
  }

  @Override
  public void close() {
    if (discoverer != null) {
      discoverer.close();
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
