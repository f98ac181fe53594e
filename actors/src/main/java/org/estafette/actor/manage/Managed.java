package org.estafette.actor.manage;

import java.net.URI;
import java.util.function.Supplier;
import org.estafette.actor.live.NodeHealth;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunView;
import org.jspecify.annotations.Nullable;

/**
 * What a node hands to its management.
 *
 * @param health whether it is ready
 * @param gauges what it counts beside the run
 * @param run on the node that has the run; null elsewhere
 * @param elsewhere the management of the node that has the run, null while it is not known; asked
 *     only where {@code run} is null
 */
public record Managed(
    NodeHealth health,
    NodeGauges gauges,
    @Nullable Run run,
    Supplier<@Nullable Elsewhere> elsewhere) {

  /**
   * The management of the node that has the run.
   *
   * @param url without a slash at the end
   * @param host of that node in the cluster
   * @param reachable whether the URL means that node from here: a loopback one of another machine
   *     means whoever reads it
   */
  public record Elsewhere(String url, String host, boolean reachable) {
    /**
     * As seen from a node.
     *
     * @param ownHost of the node that looks
     */
    public static Elsewhere from(String ownHost, String url, String host) {
      String named = URI.create(url).getHost();
      boolean here = host.equals(ownHost) || Gate.isLoopback(host) && Gate.isLoopback(ownHost);
      return new Elsewhere(url, host, here || named == null || !Gate.isLoopback(named));
    }
  }

  /** A run: what can be known of it, and asked of it. */
  public record Run(RunView view, RunControl control) {}

  /** Of the node that has the run. */
  public static Managed run(
      NodeHealth health, NodeGauges gauges, RunView view, RunControl control) {
    return new Managed(health, gauges, new Run(view, control), () -> null);
  }

  /** Of a node that has workers only. */
  public static Managed worker(
      NodeHealth health, NodeGauges gauges, Supplier<@Nullable Elsewhere> elsewhere) {
    return new Managed(health, gauges, null, elsewhere);
  }
}
