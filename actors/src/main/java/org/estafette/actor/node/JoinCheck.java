package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.Alternatives;
import org.estafette.actor.join.Finding;
import org.estafette.actor.join.Finding.Kind;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.Protocol;
import org.estafette.actor.wire.UpdateCodec;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.ChannelListener;
import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.Refusal;
import org.estafette.channel.SendOutcome;
import org.estafette.channel.TensorChannel;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to a coordinator as a node would, and joins nothing: does it answer under that address, do
 * the releases go together, do tensors get through?
 */
public final class JoinCheck {
  private static final Duration ANSWER = Duration.ofSeconds(8);
  private static final int PROBE_MILLIS = 2000;
  // Nobody's slot: the frame is dropped with a line in the coordinator's log.
  private static final long NOBODY = Long.MAX_VALUE;

  private JoinCheck() {}

  /**
   * @param target where a node's port has been found
   * @param host address of this node
   */
  public static List<Finding> of(HostPort target, String host, RunConfig own) {
    ActorSystem<Void> system = NodeSystem.start(Behaviors.empty(), own, host, 0, List.of("worker"));
    try {
      return ask(system, target, host, own);
    } finally {
      system.terminate();
    }
  }

  private static List<Finding> ask(
      ActorSystem<Void> system, HostPort target, String host, RunConfig own) {
    List<CompletableFuture<RunDescription>> answers = new ArrayList<>();
    for (HostPort name : Alternatives.of(List.of(target), true)) {
      answers.add(Door.ask(system, name, ANSWER).toCompletableFuture());
    }
    RunDescription run = firstOf(answers);
    if (run == null) {
      return List.of(Alternatives.unanswered(target, host, PROBE_MILLIS));
    }
    List<Finding> all = new ArrayList<>();
    all.add(
        new Finding(
            Kind.WELL,
            run.title() + " answers as " + run.address() + " and reaches " + host,
            "",
            ""));
    String refusal = Protocol.own(UpdateCodec.VERSION).refusal(run.speaks());
    all.add(
        refusal.isEmpty()
            ? new Finding(Kind.WELL, "its release " + run.release() + " goes with this one", "", "")
            : new Finding(Kind.OTHER_RELEASE, refusal, "", ""));
    if (refusal.isEmpty()) {
      all.add(tensors(run, own));
    }
    return all;
  }

  private static @Nullable RunDescription firstOf(List<CompletableFuture<RunDescription>> answers) {
    CompletableFuture<RunDescription> first = new CompletableFuture<>();
    answers.forEach(a -> a.thenAccept(first::complete));
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .whenComplete((done, failure) -> first.cancel(false));
    try {
      return first.get(ANSWER.toSeconds() * 2, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | java.util.concurrent.CancellationException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Sends a frame of nothing to nobody: it leaves only where the other side has answered. */
  private static Finding tensors(RunDescription run, RunConfig own) {
    Endpoint to = run.server();
    if (to.udp() == null || to.onThisMachine()) {
      return new Finding(Kind.WELL, "tensors go through shared memory", "", "");
    }
    ChannelConfig config =
        ChannelSettings.own(own, run.run(), "doctor-" + ProcessHandle.current().pid());
    CompletableFuture<String> outcome = new CompletableFuture<>();
    try (TensorChannel channel = TensorChannel.open(config, new Deaf())) {
      channel.send(
          to,
          new FrameHeader(run.run(), NOBODY, 1, 1, NOBODY),
          new byte[0],
          null,
          0,
          (o, detail) -> outcome.complete(o == SendOutcome.SENT ? "" : o.sentence() + detail));
      String failure = outcome.get(30, TimeUnit.SECONDS);
      if (failure.isEmpty()) {
        return new Finding(Kind.WELL, "tensors reach " + to.udp() + " by UDP", "", "");
      }
    } catch (ExecutionException | TimeoutException e) {
      // Said below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Finding(
        Kind.NO_TENSORS,
        "no answer by UDP from " + to.udp() + ", where the coordinator takes tensors",
        "both ways open",
        "open that UDP port there (fix it with channel.port), and a channel.port of this node's"
            + " own; is channel.host there an address that is reached from here? Behind NAT,"
            + " channel.advertise names the one that is; channel.mtu must fit the network (1408)");
  }

  private static final class Deaf implements ChannelListener {
    @Override
    public @Nullable Lease lease(FrameHeader header, long payloadBytes) {
      return null;
    }

    @Override
    public void received(
        FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
      if (payload != null) {
        payload.close();
      }
    }

    @Override
    public void refused(@Nullable FrameHeader header, Refusal reason, String detail) {}

    @Override
    public void peerLost(Endpoint peer, String why) {}

    @Override
    public void channelLost(String why, @Nullable Throwable cause) {}
  }
}
