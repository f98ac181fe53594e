package org.estafette.actor.join;

import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery;
import com.typesafe.config.Config;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The pods with a label, by the API of the Kubernetes that this node runs in. Their addresses are
 * those of their pods, with the port that is named {@value #PORT}.
 */
final class KubernetesLookup implements JoinSource {
  /** Name of the port for control messages in a pod. */
  static final String PORT = "control";

  private final String selector;
  private final Discoverer discoverer;

  KubernetesLookup(String selector, Config node) {
    this.selector = selector;
    this.discoverer =
        new Discoverer(
            "kubernetes-api",
            Map.of(
                "akka.discovery.kubernetes-api.pod-label-selector",
                selector.replace("%", "%%"),
                "akka.discovery.kubernetes-api.use-raw-ip",
                true),
            node);
  }

  @Override
  public List<HostPort> look() throws LookupException {
    List<ServiceDiscovery.ResolvedTarget> found;
    try {
      found = discoverer.look(Lookup.create("estafette").withPortName(PORT));
    } catch (LookupException e) {
      throw new LookupException(
          "the Kubernetes API gave no pods for "
              + selector
              + ": "
              + e.getMessage()
              + "; may this pod's service account list pods (conf/k8s/rbac.yaml), and does it run"
              + " in Kubernetes?");
    }
    TreeSet<HostPort> all = new TreeSet<>();
    for (ServiceDiscovery.ResolvedTarget target : found) {
      String host = target.getAddress().map(a -> a.getHostAddress()).orElse(target.host());
      all.add(new HostPort(host, (int) target.getPort().orElse(HostPort.DEFAULT_PORT)));
    }
    if (all.isEmpty()) {
      throw new LookupException(
          "the Kubernetes API has no running pod with "
              + selector
              + " and a port named "
              + PORT
              + " (expected the coordinator's, see conf/k8s/)");
    }
    return List.copyOf(all);
  }

  @Override
  public void close() {
    discoverer.close();
  }

  @Override
  public String toString() {
    return "kubernetes:" + selector;
  }
}
