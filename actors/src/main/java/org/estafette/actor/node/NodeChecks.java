package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.estafette.actor.live.NodeHealth;
import org.estafette.actor.mailbox.Mailboxes;
import org.estafette.actor.manage.NodeGauges;
import org.estafette.channel.ChannelStats;
import org.estafette.channel.Endpoint;
import org.jspecify.annotations.Nullable;

/** Whether a node is ready, and what it counts: both from the parts that it has open. */
final class NodeChecks implements NodeHealth, NodeGauges {
  private final ActorSystem<?> system;
  private final Supplier<WorkerNode.@Nullable Parts> parts;

  /**
   * @param parts what is open; null before
   */
  NodeChecks(ActorSystem<?> system, Supplier<WorkerNode.@Nullable Parts> parts) {
    this.system = system;
    this.parts = parts;
  }

  @Override
  public List<Check> checks() {
    WorkerNode.Parts open = parts.get();
    if (open == null) {
      String waits = "not open yet: opened once the cluster has told what is run";
      return List.of(
          joined(),
          new Check("device", false, waits),
          new Check("channel", false, waits),
          new Check("model", false, waits));
    }
    Map<String, String> facts = open.workshop().describe();
    return List.of(
        joined(),
        new Check("device", true, facts.getOrDefault("device", "open")),
        channel(open),
        model(open, facts.getOrDefault("model", "open")));
  }

  private static Check model(WorkerNode.Parts open, String model) {
    int loaded = open.threads().loaded();
    return new Check(
        "model",
        loaded >= open.workers(),
        loaded >= open.workers()
            ? model
            : model + "; loaded by " + loaded + " of " + open.workers() + " workers");
  }

  private Check joined() {
    Member self = Cluster.get(system).selfMember();
    boolean up = self.status() == MemberStatus.up();
    String detail = self.status() + " as " + self.address().hostPort();
    return new Check(
        "joined", up, up ? detail : detail + " (expected Up); the log says what it waits for");
  }

  private static String worded(Endpoint own) {
    return own.udp() == null
        ? "open, for this machine only (shared memory in " + own.directory() + ")"
        : "open at " + own.udp() + " (UDP), shared memory in " + own.directory();
  }

  private static Check channel(WorkerNode.Parts open) {
    String lost = open.port().lost();
    return lost == null
        ? new Check("channel", true, worded(open.port().endpoint()))
        : new Check("channel", false, "ended: " + lost + "; start this node again");
  }

  @Override
  public OptionalInt vectorsOnLoan() {
    WorkerNode.Parts open = parts.get();
    return open == null ? OptionalInt.empty() : OptionalInt.of(open.port().onLoan());
  }

  @Override
  public OptionalInt mailboxDepth() {
    return OptionalInt.of(Mailboxes.get(system.classicSystem()).waiting());
  }

  @Override
  public @Nullable ChannelStats channel() {
    WorkerNode.Parts open = parts.get();
    return open == null ? null : open.port().stats();
  }
}
