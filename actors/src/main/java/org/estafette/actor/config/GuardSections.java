package org.estafette.actor.config;

import java.util.Set;

/** Reads what is said about pushes that are not to be trusted. */
final class GuardSections {
  private static final Set<String> BUFFERED = Set.of("buffered-nesterov", "fedbuff");

  private GuardSections() {}

  static RunConfig.Guard guard(Values v) {
    int window = (int) v.whole("guard.norm-window", 1, 100_000);
    int within = (int) v.whole("guard.quarantine-within", 1, Long.SIZE);
    double factor = orOff(v, "guard.norm-factor");
    if (!(factor > 1)) {
      throw v.wrong("guard.norm-factor", "a number > 1, or off");
    }
    return new RunConfig.Guard(
        factor,
        window,
        (int) v.whole("guard.norm-warmup", 1, window),
        (int) v.whole("guard.quarantine-after", 0, within),
        within,
        v.count("guard.probation", 1),
        v.flag("guard.outliers"));
  }

  static RunConfig.Aggregation aggregation(Values v, RunConfig.Meeting meeting) {
    String rule = v.text("outer.aggregation.rule");
    if (!rule.contains(".")) {
      rule =
          v.oneOf("outer.aggregation.rule", "mean", "median", "trimmed-mean", "krum", "multi-krum");
    }
    RunConfig.Aggregation aggregation =
        new RunConfig.Aggregation(
            rule,
            v.below("outer.aggregation.trim", 0, 0.5),
            v.count("outer.aggregation.byzantine", 0),
            v.is("outer.aggregation.keep", "auto") ? 0 : v.count("outer.aggregation.keep", 1));
    if (aggregation.mean()) {
      return aggregation;
    }
    boolean several =
        meeting == RunConfig.Meeting.SYNC
            || (meeting == RunConfig.Meeting.ASYNC && BUFFERED.contains(v.text("outer.rule")));
    if (!several) {
      throw v.wrong(
          "outer.aggregation.rule",
          "mean: others need several pushes at a time, that is strategy = sync, or async with"
              + " outer.rule = buffered-nesterov or fedbuff");
    }
    if (rule.equals("trimmed-mean") && aggregation.trim() == 0) {
      throw v.wrong("outer.aggregation.trim", "a number, 0 < trim < 0.5");
    }
    if (v.oneOf("outer.averaging", "uniform", "tokens").equals("tokens")) {
      throw v.wrong("outer.averaging", "uniform: only the mean weighs pushes");
    }
    if (clipping(v).active()) {
      throw v.wrong(
          "outer.aggregation.rule",
          "mean where outer.clip is on: clipping is of the mean's pushes");
    }
    return aggregation;
  }

  static RunConfig.Clip clipping(Values v) {
    return new RunConfig.Clip(orOff(v, "outer.clip.median"), orOff(v, "outer.clip.norm"));
  }

  private static double orOff(Values v, String key) {
    return v.is(key, "off") ? Double.POSITIVE_INFINITY : v.above0(key);
  }
}
