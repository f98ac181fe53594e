package org.estafette.actor.manage;

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
 * @param elsewhere URL of the management of the node that has the run, null while it is not known;
 *     asked only where {@code run} is null
 */
public record Managed(
    NodeHealth health, NodeGauges gauges, @Nullable Run run, Supplier<@Nullable String> elsewhere) {

  /** A run: what can be known of it, and asked of it. */
  public record Run(RunView view, RunControl control) {}

  /** Of the node that has the run. */
  public static Managed run(
      NodeHealth health, NodeGauges gauges, RunView view, RunControl control) {
    return new Managed(health, gauges, new Run(view, control), () -> null);
  }

  /** Of a node that has workers only. */
  public static Managed worker(
      NodeHealth health, NodeGauges gauges, Supplier<@Nullable String> elsewhere) {
    return new Managed(health, gauges, null, elsewhere);
  }
}
