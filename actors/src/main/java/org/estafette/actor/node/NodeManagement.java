package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunView;
import org.estafette.actor.manage.Managed;
import org.estafette.actor.manage.Management;
import org.estafette.actor.manage.PortTakenException;
import org.jspecify.annotations.Nullable;

/** A node's management over HTTP, where its configuration wants it. */
final class NodeManagement implements AutoCloseable {
  private final @Nullable Management management;

  private NodeManagement(@Nullable Management management) {
    this.management = management;
  }

  /**
   * Refuses settings that would let others in, before a node starts anything.
   *
   * @throws org.estafette.actor.config.ConfigException where management would be open to others
   */
  static void check(RunConfig config) {
    Management.check(config.management(), config.security());
  }

  /**
   * Of the node that has the run.
   *
   * @throws PortInUseException where the port is taken; the system is ended then
   * @throws org.estafette.actor.join.JoinException where the node was put out of the cluster
   *     meanwhile
   */
  static NodeManagement ofRun(
      ActorSystem<?> system,
      RunConfig config,
      WorkerNode.Parts parts,
      RunView view,
      RunControl control) {
    NodeManagement own =
        start(system, config, () -> parts, checks -> Managed.run(checks, checks, view, control));
    if (own.management != null) {
      RunSign.putUp(system, own.management.url());
    }
    return own;
  }

  /**
   * Of a node with workers only.
   *
   * @param opening what the node opens; null before it knows what is run
   * @throws PortInUseException where the port is taken; the system is ended then
   * @throws org.estafette.actor.join.JoinException where the node was put out of the cluster
   *     meanwhile
   */
  static NodeManagement ofWorkers(
      ActorSystem<?> system,
      RunConfig config,
      Supplier<@Nullable CompletableFuture<WorkerNode.Parts>> opening) {
    return start(
        system,
        config,
        () -> opened(opening.get()),
        checks -> Managed.worker(checks, checks, RunSign.follow(system)::get));
  }

  private static WorkerNode.@Nullable Parts opened(
      @Nullable CompletableFuture<WorkerNode.Parts> opening) {
    return opening != null && opening.state() == CompletableFuture.State.SUCCESS
        ? opening.resultNow()
        : null;
  }

  private static NodeManagement start(
      ActorSystem<?> system,
      RunConfig config,
      Supplier<WorkerNode.@Nullable Parts> parts,
      Function<NodeChecks, Managed> managed) {
    if (!config.management().enabled()) {
      return new NodeManagement(null);
    }
    try {
      Managed own = managed.apply(new NodeChecks(system, parts));
      return new NodeManagement(
          Management.start(system, config.management(), config.security(), own));
    } catch (PortTakenException e) {
      NodeSystem.end(system); // Nobody else would: the node that started it has no name yet.
      throw new PortInUseException(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      RuntimeException why = PutOut.orElse(e, system);
      NodeSystem.end(system);
      throw why;
    }
  }

  /** Its URL without a slash at the end; null where there is none. */
  @Nullable String url() {
    return management == null ? null : management.url();
  }

  @Override
  public void close() {
    if (management != null) {
      management.close();
    }
  }
}
