package org.estafette.actor.config;

import java.util.Locale;
import java.util.OptionalLong;

/** Reads how workers exchange with a server, and what it does with their pushes. */
final class ServerSections {
  private ServerSections() {}

  static RunConfig.Exchange exchange(Values v, RunConfig.Meeting meeting) {
    boolean overlap = v.flag("exchange.overlap");
    if (overlap && meeting != RunConfig.Meeting.ASYNC) {
      throw v.wrong(
          "exchange.overlap",
          "false with strategy = "
              + meeting.name().toLowerCase(Locale.ROOT)
              + ": synchronous rounds wait, and relay.overlap and gossip.overlap are for workers"
              + " without a server");
    }
    long bits = v.whole("exchange.bits", 4, 32);
    if (bits != 32 && bits != 8 && bits != 4) {
      throw v.wrong("exchange.bits", "32, 8 or 4");
    }
    if (bits != 32 && meeting != RunConfig.Meeting.ASYNC && meeting != RunConfig.Meeting.SYNC) {
      throw v.wrong(
          "exchange.bits",
          "32 with strategy = "
              + meeting.name().toLowerCase(Locale.ROOT)
              + ": models of neighbours travel as they are");
    }
    return new RunConfig.Exchange(overlap, (int) bits);
  }

  static RunConfig.Outer outer(Values v, int workers, RunConfig.Meeting meeting) {
    boolean synchronous = meeting == RunConfig.Meeting.SYNC;
    String rule = v.text("outer.rule");
    boolean averages =
        rule.equals("delayed-nesterov")
            || rule.equals("buffered-nesterov")
            || rule.equals("fedbuff");
    double weight =
        v.is("outer.weight", "auto")
            ? (averages || synchronous ? 1 : 1 / Math.sqrt(workers))
            : v.above0("outer.weight");
    return new RunConfig.Outer(
        rule,
        v.above0("outer.rate"),
        v.below("outer.momentum", 0, 1),
        v.is("outer.period", "auto") ? (synchronous ? 1 : workers) : v.count("outer.period", 1),
        v.within("outer.spread", 0, 1),
        weight,
        v.below("outer.beta2", 0, 1),
        v.above0("outer.epsilon"),
        v.within("outer.weight-decay", 0, 1e3),
        v.oneOf("outer.averaging", "uniform", "tokens").equals("tokens"),
        GuardSections.aggregation(v, meeting),
        GuardSections.clipping(v),
        v.map("outer.options"));
  }

  static RunConfig.Staleness staleness(Values v) {
    return new RunConfig.Staleness(
        v.oneOf("staleness.policy", "constant", "polynomial").equals("polynomial"),
        v.within("staleness.exponent", 0, 1e3),
        v.is("staleness.max", "off")
            ? OptionalLong.empty()
            : OptionalLong.of(v.whole("staleness.max", 0, Long.MAX_VALUE)),
        v.within("staleness.compensation", 0, 1e9));
  }
}
