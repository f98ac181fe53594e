package org.estafette.actor.node;

import akka.actor.ActorPath;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.JoinSources;
import org.estafette.actor.run.Workshop;
import org.jspecify.annotations.Nullable;

/**
 * A node that joins a cluster with workers: it needs an address and nothing else, for the run's
 * configuration comes from the server.
 */
public final class WorkerNode implements AutoCloseable {
  /**
   * What a node has opened for its workers.
   *
   * @param workers how many it is to have
   */
  record Parts(
      long run, Workshop workshop, TensorPort port, TrainingThreads threads, int workers) {}

  private final ActorSystem<Void> system;
  private final CompletableFuture<Void> result = new CompletableFuture<>();
  private final CompletableFuture<ActorRef<NodeMessage>> node;
  private final TrainingThreads threads = new TrainingThreads();
  private final NodeManagement management;
  private final boolean stays;
  private volatile @Nullable CompletableFuture<Parts> opening;

  /**
   * How a node joins.
   *
   * @param join where any node of the cluster is: see {@link JoinSources}
   * @param host address of this node; "auto" for the one from which the cluster is reached
   * @param port its port, 0 for a free one
   * @param key names its workers for ever: a replacement under the same key takes their slots
   * @param workers how many
   * @param firstIndex which of the configured speeds is the first worker's
   * @param overrides settings of this node alone, for example {@code data.path}
   * @param notices told what a person should know
   */
  public record Plan(
      String join,
      String host,
      int port,
      String key,
      int workers,
      int firstIndex,
      Map<String, String> overrides,
      Consumer<String> notices) {
    /** The same with other settings of this node alone. */
    Plan with(Map<String, String> others) {
      return at(host, others);
    }

    private Plan at(String address, Map<String, String> others) {
      return new Plan(join, address, port, key, workers, firstIndex, others, notices);
    }
  }

  private WorkerNode(Plan plan, RunConfig own, JoinSource source, boolean stays) {
    this.stays = stays;
    CompletableFuture<ActorRef<NodeMessage>> started = new CompletableFuture<>();
    this.node = started;
    this.system =
        NodeSystem.start(
            Behaviors.setup(context -> {
              ActorRef<NodeMessage> node =
                  context.spawn(JoiningNode.create(this, plan, own, source), "node");
              started.complete(node);
              context.watch(node);
              return Behaviors.receive(Void.class)
                  .onSignal(
                      Terminated.class,
                      t -> {
                        if (t instanceof ChildFailed failed) {
                          result.completeExceptionally(failed.cause());
                        } else {
                          result.complete(null);
                        }
                        return Behaviors.same();
                      })
                  .build();
            }),
            own,
            plan.host(),
            plan.port(),
            List.of("worker", DeadNodes.roleOf(plan.key())));
    // Akka ends the actor system where this node was taken for lost, without a word to its actors.
    PutOut.watch(system, result);
    try {
      this.management = NodeManagement.ofWorkers(system, own, () -> opening);
    } catch (RuntimeException e) {
      closeOpened(); // The cluster may have answered already.
      throw e;
    }
    if (management.url() != null) {
      plan.notices().accept("  manage    " + management.url());
    }
  }

  /**
   * Starts a node. Where its own address is to be found out, this blocks until the cluster's is
   * known, no longer than {@code cluster.patience}.
   *
   * @throws ConfigException where what it is to join is no address, or a setting is wrong
   * @throws JoinException where there was no way to any of the addresses
   * @throws PortInUseException where the port is taken
   */
  public static WorkerNode start(Plan plan) {
    return start(plan, false);
  }

  /**
   * @param stays whether it is started again when it ends
   */
  static WorkerNode start(Plan plan, boolean stays) {
    JoinSources.check(plan.join());
    if (!ActorPath.isValidPathElement(plan.key())) {
      throw new ConfigException(
          "key=" + plan.key() + " (expected letters, digits, '-', '_' and '.' of ASCII)");
    }
    Map<String, String> settings = new HashMap<>(plan.overrides());
    RunConfig first = ConfigReader.read(null, settings);
    JoinSource source = JoinSources.parse(plan.join(), first.source());
    try {
      String host =
          plan.host().equals("auto")
              ? OwnAddress.find(source, first.cluster().patience(), plan.notices())
              : plan.host();
      settings.put("cluster.host", '"' + host + '"');
      RunConfig own = ConfigReader.read(null, settings);
      return new WorkerNode(plan.at(host, settings), own, source, stays);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** Completed when the run is over; exceptionally where the node could not take part. */
  public CompletableFuture<Void> result() {
    return result;
  }

  /**
   * Hands in the rounds that are under way, no longer than {@code cluster.leave-within}, and ends;
   * {@link #result} follows.
   */
  public void leave() {
    node.thenAccept(actor -> actor.tell(new NodeMessage.Leave()));
  }

  /** Leaves the cluster in good order. */
  @Override
  public void close() {
    management.close();
    NodeSystem.end(system);
    closeOpened();
  }

  private void closeOpened() {
    CompletableFuture<Parts> o = opening;
    if (o != null) {
      // Also what is still being opened: nobody else would close it.
      o.handle((p, failure) -> p)
          .thenAccept(p -> {
            if (p != null) {
              closeParts(p);
            }
          })
          .join();
    }
  }

  private void closeParts(Parts p) {
    if (!threads.end(20)) {
      system.log().warn("a training thread did not end in 20 s");
    }
    p.port().close();
    p.workshop().close();
  }

  /** Whether it is started again when it ends. */
  boolean stays() {
    return stays;
  }

  TrainingThreads threads() {
    return threads;
  }

  /** Closed with this node, whenever it is there. */
  void opening(CompletableFuture<Parts> parts) {
    opening = parts;
  }

  void failed(Throwable why) {
    result.completeExceptionally(why);
  }
}
