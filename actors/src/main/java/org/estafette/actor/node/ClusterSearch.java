package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.Alternatives;
import org.estafette.actor.join.Finding;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.LookupException;
import org.estafette.actor.join.Probe;
import org.jspecify.annotations.Nullable;

/**
 * A node's search for its cluster: finds addresses and joins by them, until the server has said
 * what is run. While nobody answers it finds out why, and says so. Used by the actor's thread.
 */
final class ClusterSearch {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
  private static final Duration FIRST_DIAGNOSIS = Duration.ofSeconds(6);
  private static final Duration NEXT_DIAGNOSIS = Duration.ofSeconds(15);
  private static final int PROBE_MILLIS = 2000;

  private final ActorContext<NodeMessage> context;
  private final TimerScheduler<NodeMessage> timers;
  private final WorkerNode owner;
  private final WorkerNode.Plan plan;
  private final RunConfig own;
  private final JoinSource source;
  private final Executor io;
  private List<HostPort> addresses = List.of();
  private Set<HostPort> tried = Set.of();
  private String lookup = "no address yet";
  private String said = "";
  private boolean backwards;
  private boolean doubting;
  private boolean orphan;
  private boolean found;

  ClusterSearch(
      ActorContext<NodeMessage> context,
      TimerScheduler<NodeMessage> timers,
      WorkerNode owner,
      WorkerNode.Plan plan,
      RunConfig own,
      JoinSource source,
      Executor io) {
    this.context = context;
    this.timers = timers;
    this.owner = owner;
    this.plan = plan;
    this.own = own;
    this.source = source;
    this.io = io;
  }

  void begin() {
    timers.startSingleTimer(new NodeMessage.TooLong(), own.cluster().patience());
    timers.startSingleTimer(new NodeMessage.Diagnose(), FIRST_DIAGNOSIS);
    look();
  }

  /** The server has said what is run. */
  void found() {
    found = true;
    timers.cancel(new NodeMessage.TooLong());
  }

  /** Looks for addresses; an answer follows. */
  void look() {
    if (found) {
      return;
    }
    boolean names = backwards;
    CompletableFuture<NodeMessage> looking =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                List<HostPort> all = source.look();
                return new NodeMessage.Addresses(all, Alternatives.of(all, names));
              } catch (LookupException e) {
                return new NodeMessage.NoAddresses(String.valueOf(e.getMessage()));
              }
            },
            io);
    context.pipeToSelf(
        looking, (m, e) -> m != null ? m : new NodeMessage.NoAddresses(String.valueOf(e)));
  }

  void onAddresses(NodeMessage.Addresses m) {
    addresses = m.found();
    Address self = Cluster.get(context.getSystem()).selfMember().address();
    Set<HostPort> all = new HashSet<>(m.all());
    if (!all.equals(tried) && !found) {
      tried = all;
      // Without the own address, whose being the first would make Akka begin a cluster with it.
      List<Address> seeds =
          m.all().stream().map(Founding::address).filter(a -> !a.equals(self)).toList();
      if (!seeds.isEmpty()) {
        context.getLog().info("joining by {}", seeds);
        Cluster.get(context.getSystem()).manager().tell(new JoinSeedNodes(seeds));
        doubt(m.all());
      }
    }
    timers.startSingleTimer(new NodeMessage.LookAgain(), LOOK_AGAIN);
  }

  /** Of a failed handshake the transport says only in its log that a connection has failed. */
  private void doubt(List<HostPort> seeds) {
    if (!doubting) {
      doubting = true;
      TlsDoubts.watch(
          context.getSystem(),
          own.security(),
          seeds.getFirst().toString(),
          why -> owner.failed(new ConfigException(why)));
    }
  }

  void onNoAddresses(NodeMessage.NoAddresses m) {
    lookup = m.why();
    addresses = List.of();
    timers.startSingleTimer(new NodeMessage.LookAgain(), LOOK_AGAIN);
  }

  /**
   * Looks, beside the joining, why nobody answers.
   *
   * @param last whether the node's patience is at its end
   * @return why it is of no use to go on; null where it may be
   */
  @Nullable JoinException diagnose(boolean last) {
    if (found && !last) {
      return null;
    }
    backwards = true;
    List<HostPort> targets = addresses;
    String nothing = lookup;
    Probe probe = new Probe(plan.host(), !own.security().keys().isEmpty(), PROBE_MILLIS);
    boolean up = Cluster.get(context.getSystem()).selfMember().status() == MemberStatus.up();
    if (owner.stays() && orphaned(up)) {
      return JoinException.passing(
          "the cluster that was found has no server, and nobody in it may have one");
    }
    CompletableFuture<String> looking =
        CompletableFuture.supplyAsync(() -> why(targets, nothing, probe, up), io);
    context.pipeToSelf(
        looking,
        (text, e) -> new NodeMessage.Diagnosed(text != null ? text : String.valueOf(e), last));
    if (!last) {
      timers.startSingleTimer(new NodeMessage.Diagnose(), NEXT_DIAGNOSIS);
    }
    return null;
  }

  /**
   * Whether this node has been for a while in what is left of a cluster: who restarts its
   * coordinator begins another one, and would not be noticed from here.
   */
  private boolean orphaned(boolean up) {
    boolean now = up && !Succession.possible(context.getSystem());
    boolean still = orphan && now;
    orphan = now;
    return still;
  }

  private static String why(List<HostPort> targets, String lookup, Probe probe, boolean up) {
    if (up) {
      return "in the cluster, but it has no server; its coordinator has ended, or not begun yet";
    }
    if (targets.isEmpty()) {
      return lookup;
    }
    List<String> sentences = new ArrayList<>();
    for (HostPort target : targets) {
      Finding finding = probe.look(target);
      sentences.add(
          (finding.well() ? Alternatives.unanswered(target, probe.host(), PROBE_MILLIS) : finding)
              .sentence());
    }
    return String.join("\n", sentences);
  }

  /** What was found out is said, once; at the end of patience it is why the node ends. */
  @Nullable JoinException onDiagnosed(NodeMessage.Diagnosed m) {
    if (found) {
      return null;
    }
    if (m.last()) {
      return JoinException.passing(
          "no server found behind "
              + source
              + " within "
              + own.cluster().patience().toSeconds()
              + " s: "
              + m.text());
    }
    if (!m.text().equals(said)) {
      said = m.text();
      context.getLog().warn("not joined yet: {}", said);
      plan.notices().accept("  waiting   " + said.replace("\n", "\n            "));
    }
    return null;
  }
}
