package org.estafette.actor.run;

import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.algorithm.guard.Clipping;
import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.outer.AdamOuter;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.OuterProvider;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.robust.Aggregation;
import org.estafette.algorithm.robust.CoordinateMedian;
import org.estafette.algorithm.robust.Krum;
import org.estafette.algorithm.robust.Mean;
import org.estafette.algorithm.robust.RobustBuffer;
import org.estafette.algorithm.robust.TrimmedMean;
import org.estafette.algorithm.schedule.WarmupCosine;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.Quantization;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.memory.Precision;

/** The algorithms that a configuration names. */
final class Algorithms {
  private Algorithms() {}

  static OuterOptimizer outer(RunConfig config, long length, Precision precision) {
    RunConfig.Outer o = config.outer();
    if (o.rule().equals("adamw")) {
      return new AdamOuter(
          o.rate(), o.momentum(), o.beta2(), o.epsilon(), o.weightDecay(), length, precision);
    }
    if (!o.aggregation().mean() && !config.synchronous()) {
      // The reader lets only the two buffered rules through.
      OuterRule step =
          o.rule().equals("fedbuff")
              ? new Rules.Sgd(o.rate())
              : new Rules.Nesterov(o.rate(), o.momentum());
      return new RobustBuffer(
          new LinearOuter(step, length, precision),
          aggregation(config),
          o.period(),
          length,
          precision);
    }
    Object rule = rule(o);
    if (rule instanceof OuterProvider own) {
      OuterProvider.Request request =
          new OuterProvider.Request(
              length, precision, o.rate(), o.momentum(), o.weightDecay(), o.options());
      return Classes.asked("outer.rule", own, () -> own.create(request));
    }
    return new LinearOuter((OuterRule) rule, length, precision);
  }

  /**
   * How several pushes become one.
   *
   * @throws ConfigException where there are never enough of them for the rule
   */
  static Aggregation aggregation(RunConfig config) {
    RunConfig.Aggregation a = config.outer().aggregation();
    Aggregation made =
        switch (a.rule()) {
          case "mean" -> new Mean();
          case "median" -> new CoordinateMedian();
          case "trimmed-mean" -> new TrimmedMean(a.trim());
          case "krum" -> new Krum(a.byzantine(), 1);
          case "multi-krum" -> new Krum(a.byzantine(), a.keep());
          default ->
              Classes.named(
                  a.rule(),
                  Aggregation.class,
                  "outer.aggregation.rule",
                  "mean, median, trimmed-mean, krum, multi-krum");
        };
    boolean rounds = config.synchronous();
    int pushes = rounds ? config.workers().count() : config.outer().period();
    if (!a.mean() && pushes < made.least()) {
      throw new ConfigException(
          "estafette.outer.aggregation.rule = "
              + a.rule()
              + " (byzantine = "
              + a.byzantine()
              + ") with "
              + (rounds ? "workers.count = " : "outer.period = ")
              + pushes
              + "; expected at least "
              + made.least()
              + " pushes (krum: 2·byzantine + 3), or another rule");
    }
    return made;
  }

  private static GuardPlan guard(RunConfig config) {
    RunConfig.Guard g = config.guard();
    RunConfig.Clip c = config.outer().clip();
    return new GuardPlan(
        g.normFactor(),
        g.window(),
        g.warmup(),
        new Clipping(c.median(), c.norm()),
        g.refusals(),
        g.within(),
        g.probation(),
        g.outliers());
  }

  /** The user's own participants. */
  static Strategy strategy(RunConfig config) {
    return Classes.named(
        config.ownStrategy().className(), Strategy.class, "strategy", "async, sync, relay, gossip");
  }

  /** An {@link OuterRule} or {@link OuterProvider}. */
  private static Object rule(RunConfig.Outer o) {
    try {
      return switch (o.rule()) {
        case "delayed-nesterov" ->
            new Rules.DelayedNesterov(o.rate(), o.momentum(), o.period(), o.spread());
        case "nesterov" -> new Rules.Nesterov(o.rate(), o.momentum());
        case "heavy-ball" -> new Rules.HeavyBall(o.rate(), o.momentum());
        case "sgd" -> new Rules.Sgd(o.rate());
        case "buffered-nesterov" -> new Rules.BufferedNesterov(o.rate(), o.momentum(), o.period());
        case "fedbuff" -> new Rules.FedBuff(o.rate(), o.period());
        default ->
            Classes.named(
                o.rule(),
                "outer.rule",
                "delayed-nesterov, nesterov, heavy-ball, sgd, adamw, buffered-nesterov, fedbuff",
                new Class<?>[] {OuterRule.class, OuterProvider.class});
      };
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.outer: " + e.getMessage());
    }
  }

  static ServerPlan plan(RunConfig config, long run, long budget, long[] shardSizes) {
    RunConfig.Staleness s = config.staleness();
    StalenessPolicy policy =
        s.polynomial()
            ? new StalenessPolicy.Polynomial(s.exponent())
            : new StalenessPolicy.Constant();
    if (s.max().isPresent()) {
      policy = new StalenessPolicy.Threshold(s.max().getAsLong(), policy);
    }
    RunConfig.Steps h = config.localSteps();
    // Rounds wait for the slowest anyway; fewer steps for it would change what is compared.
    LocalSteps steps =
        h.dynamic() && !config.synchronous()
            ? new LocalSteps.Dynamic(h.count(), h.least())
            : new LocalSteps.Fixed(h.count());
    ShardChoice choice =
        switch (config.shards().choice()) {
          case "own" -> new ShardChoice.Own();
          case "least-visited" -> new ShardChoice.LeastVisited();
          default -> new ShardChoice.Proportional();
        };
    return new ServerPlan(
        run,
        config.outer().weight(),
        policy,
        s.compensation(),
        steps,
        new GraceWindow(config.grace().seconds(), config.grace().predictive()),
        choice,
        shardSizes,
        budget,
        config.schedule().perShard()
            ? ServerPlan.ScheduleScope.SHARD
            : ServerPlan.ScheduleScope.RUN,
        config.seed(),
        guard(config),
        config.exchange().overlap());
  }

  static TrainerOptions trainer(RunConfig config, long budget) {
    RunConfig.Inner i = config.inner();
    InnerOptimizer optimizer =
        switch (i.optimizer()) {
          case "adamw" ->
              new InnerOptimizer.AdamW(i.beta1(), i.beta2(), i.epsilon(), i.weightDecay(), true);
          case "momentum" -> new InnerOptimizer.Momentum(i.momentum(), false, i.weightDecay());
          case "nesterov" -> new InnerOptimizer.Momentum(i.momentum(), true, i.weightDecay());
          default -> new InnerOptimizer.Sgd(i.weightDecay());
        };
    return new TrainerOptions(
        Peers.optimizer(config).orElse(optimizer),
        rate(config, budget),
        i.clip(),
        i.reset(),
        config.exchange().quantized()
            ? new Quantization(config.exchange().bits(), config.seed())
            : null);
  }

  private static LearningRate rate(RunConfig config, long budget) {
    RunConfig.Schedule s = config.schedule();
    double peak = config.inner().rate();
    if (s.warmup() == 0 && s.floor() == 1) {
      return LearningRate.constant(peak);
    }
    double total = Math.max(2, s.perShard() ? (double) budget / config.shards().count() : budget);
    return new WarmupCosine(total, s.warmup() * total, peak, s.floor() * peak);
  }

  /**
   * Makes the classes that the configuration names, before anything is opened for them.
   *
   * @throws ConfigException where one cannot be used
   */
  static void check(RunConfig config) {
    outer(config, 1, Precision.FLOAT32);
    aggregation(config);
    if (config.ownStrategy().named()) {
      strategy(config);
    }
  }

  /** How far one push moves the server's parameters; NaN where the rule is not linear. */
  static double displacement(RunConfig config) {
    return outer(config, 1, Precision.FLOAT32).displacement(config.outer().weight());
  }

  /** G = K·(displacement of one push): how far a push of every worker moves the model in all. */
  static double gain(RunConfig config, OuterOptimizer outer) {
    int workers = config.workers().count();
    return config.synchronous()
        ? outer.displacement(1)
        : workers * outer.displacement(config.outer().weight());
  }
}
