package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import java.util.List;
import java.util.Set;
import org.estafette.actor.config.RunConfig;

/**
 * The node of a launcher that has neither server nor workers: it begins the cluster and stays in it
 * while servers and workers come and go, so that there is always somebody to join, and the cluster
 * has a majority when the server's process dies. It knows of a death at once, and says so.
 */
public final class LauncherNode implements AutoCloseable {
  private final ActorSystem<Void> system;
  private volatile Set<ActorRef<ServerMessage>> servers = Set.of();

  /**
   * Begins a cluster.
   *
   * @throws PortInUseException where the control port is taken
   */
  public LauncherNode(RunConfig config) {
    Behavior<Void> guardian =
        Behaviors.<Object>setup(
                context -> {
                  Cluster cluster = Cluster.get(context.getSystem());
                  cluster
                      .manager()
                      .tell(new JoinSeedNodes(List.of(cluster.selfMember().address())));
                  ActorRef<Receptionist.Listing> listing =
                      context.messageAdapter(Receptionist.Listing.class, l -> l);
                  context
                      .getSystem()
                      .receptionist()
                      .tell(Receptionist.subscribe(ServerMessage.KEY, listing));
                  return Behaviors.receive(Object.class)
                      .onMessage(
                          Receptionist.Listing.class,
                          l -> {
                            servers = l.getServiceInstances(ServerMessage.KEY);
                            return Behaviors.same();
                          })
                      .build();
                })
            .narrow();
    this.system =
        NodeSystem.start(
            guardian,
            config,
            config.cluster().host(),
            config.cluster().port(),
            List.of(Succession.LAUNCHER));
  }

  /** Whether it is still in its cluster: without it nobody finds anybody. */
  public boolean alive() {
    return !system.getWhenTerminated().toCompletableFuture().isDone();
  }

  /** Where other nodes join: {@code host:port}. */
  public String address() {
    return Cluster.get(system).selfMember().address().hostPort().replaceFirst("^[^@]*@", "");
  }

  /**
   * A worker's process has died: the server need not wait until the cluster has noticed.
   *
   * @param status its exit status
   */
  public void died(String key, int status) {
    servers.forEach(s -> s.tell(new ServerMessage.Died(key, status)));
    DeadNodes.remove(system, DeadNodes.roleOf(key));
  }

  /** The process of the node with that role is dead: the cluster need not wait to be sure. */
  public void dead(String role) {
    DeadNodes.remove(system, role);
  }

  /** Leaves the cluster. */
  @Override
  public void close() {
    NodeSystem.end(system);
  }
}
