package org.estafette.actor.manage;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.estafette.actor.live.NodeHealth;
import org.estafette.channel.ChannelStats;
import org.estafette.channel.Refusal;
import org.estafette.channel.SendOutcome;

/** A node's own metrics: readiness, memory on loan, the tensor channel. */
final class NodeMeters {
  private static final ChannelStats NOTHING =
      new ChannelStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());

  private final Managed managed;
  private final MeterRegistry registry;

  /** Taken once a scrape: figures of one scrape belong together. */
  private volatile ChannelStats channel = NOTHING;

  private volatile Map<String, Boolean> checks = Map.of();

  NodeMeters(Managed managed, MeterRegistry registry) {
    this.managed = managed;
    this.registry = registry;
    gauge(
        "estafette.vectors.on.loan",
        "Vectors outside the heap that updates under way hold",
        m -> orNaN(m.managed.gauges().vectorsOnLoan()));
    gauge(
        "estafette.mailbox.depth",
        "Updates that wait to be decided on",
        m -> orNaN(m.managed.gauges().mailboxDepth()));
    for (String check : List.of("joined", "device", "channel", "model")) {
      Gauge.builder("estafette.node.ready", this, m -> m.checks.getOrDefault(check, false) ? 1 : 0)
          .description("1 where the check holds")
          .tag("check", check)
          .register(registry);
    }
    counters();
  }

  private void counters() {
    String frames = "Tensor frames";
    counter("frames", frames, "direction", "sent", ChannelStats::framesSent);
    counter("frames", frames, "direction", "received", ChannelStats::framesReceived);
    String bytes = "Bytes of tensor frames";
    counter("bytes", bytes, "direction", "sent", ChannelStats::bytesSent);
    counter("bytes", bytes, "direction", "received", ChannelStats::bytesReceived);
    String links = "Streams to peers";
    counter("links", links, "event", "opened", ChannelStats::linksOpened);
    counter("links", links, "event", "lost", ChannelStats::linksLost);
    for (SendOutcome outcome : SendOutcome.values()) {
      if (outcome != SendOutcome.SENT) {
        counter(
            "unsent",
            "Frames that were not sent",
            "outcome",
            word(outcome),
            c -> c.unsent(outcome));
      }
    }
    for (Refusal reason : Refusal.values()) {
      counter(
          "refused",
          "Frames that were not delivered",
          "reason",
          word(reason),
          c -> c.refused(reason));
    }
    FunctionCounter.builder(
            "estafette.channel.back.pressured", this, m -> m.channel.backPressured())
        .description("Times that a peer's stream was full")
        .register(registry);
    FunctionCounter.builder("estafette.channel.lease.waits", this, m -> m.channel.leaseWaits())
        .description("Frames held back because there was no memory to receive them")
        .register(registry);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static double orNaN(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : Double.NaN;
  }

  private void gauge(String name, String what, ToDoubleFunction<NodeMeters> value) {
    Gauge.builder(name, this, value).description(what).register(registry);
  }

  private void counter(
      String name, String what, String tag, String value, ToDoubleFunction<ChannelStats> of) {
    FunctionCounter.builder("estafette.channel." + name, this, m -> of.applyAsDouble(m.channel))
        .description(what)
        .tag(tag, value)
        .register(registry);
  }

  /** Takes the figures of this moment. */
  void refresh() {
    ChannelStats now = managed.gauges().channel();
    channel = now == null ? NOTHING : now;
    checks =
        managed.health().checks().stream()
            .collect(Collectors.toMap(NodeHealth.Check::name, NodeHealth.Check::ok, (a, b) -> b));
  }
}
