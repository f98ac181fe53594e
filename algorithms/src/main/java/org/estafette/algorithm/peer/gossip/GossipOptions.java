package org.estafette.algorithm.peer.gossip;

/** What a gossip method is and what it needs to know. */
public sealed interface GossipOptions {
  /** The name by which {@link GossipMethods} knows the method. */
  String name();

  /** A method whose workers exchange models once a round: what others can be put around. */
  sealed interface Base extends GossipOptions {}

  /**
   * {@link DpSgd}: "dp-sgd".
   *
   * @param overlap messages rest on the parameters before the local steps
   */
  record Dp(boolean overlap) implements Base {
    @Override
    public String name() {
      return "dp-sgd";
    }
  }

  /**
   * D²: "d2", or "exact-diffusion" with (W + I)/2.
   *
   * @param lazy whether W is replaced by (W + I)/2
   */
  record Corrected(boolean lazy) implements Base {
    @Override
    public String name() {
      return lazy ? "exact-diffusion" : "d2";
    }
  }

  /** Gradient tracking: "gradient-tracking". */
  record Tracked() implements Base {
    @Override
    public String name() {
      return "gradient-tracking";
    }
  }

  /**
   * Stochastic gradient push on the time-varying exponential graph: "sgp".
   *
   * @param graph whose averagings of each round the method takes
   */
  record Push(ExponentialGraph graph) implements GossipOptions {
    @Override
    public String name() {
      return "sgp";
    }
  }

  /**
   * Push-sum in rounds on a directed graph: "push-sum".
   *
   * @param weighted steps x ← x − w·Δ instead of the published x ← x − Δ
   */
  record Sum(boolean weighted) implements GossipOptions {
    @Override
    public String name() {
      return "push-sum";
    }
  }

  /**
   * Push-sum at each worker's pace, with cumulative messages: "async-push-sum".
   *
   * @param weighted steps x ← x − w·Δ; the published x ← x − Δ is unstable at unequal speeds
   */
  record AsyncSum(boolean weighted) implements GossipOptions {
    @Override
    public String name() {
      return "async-push-sum";
    }
  }

  /**
   * PowerGossip: "powergossip".
   *
   * @param rank r
   * @param iterations power iterations of a round
   * @param seed of the first factors, the same on all workers
   */
  record Power(int rank, int iterations, long seed) implements GossipOptions {
    @Override
    public String name() {
      return "powergossip";
    }
  }

  /**
   * Quasi-global momentum around another method: "qg". Its inner optimizer is {@code
   * form.optimizer(mu, …)}.
   *
   * @param form how m is used
   * @param mu μ
   * @param around the method that mixes
   */
  record QuasiGlobal(QuasiGlobalForm form, double mu, GossipOptions around)
      implements GossipOptions {
    @Override
    public String name() {
      return "qg";
    }
  }

  /**
   * QG-Adam around another method: "qg-adam". Its inner optimizer is AdamW with the same β.
   *
   * @param beta1 β₁
   * @param beta2 β₂
   * @param around the method that mixes
   */
  record QuasiGlobalAdaptive(double beta1, double beta2, GossipOptions around)
      implements GossipOptions {
    @Override
    public String name() {
      return "qg-adam";
    }
  }

  /**
   * Exchanges repeated until the workers are close: "consensus-control".
   *
   * @param fraction target distance in units of the running mean of the rounds' ‖Δ‖
   * @param most exchanges of a round at most
   * @param around the method that mixes
   */
  record Controlled(double fraction, int most, Base around) implements GossipOptions {
    @Override
    public String name() {
      return "consensus-control";
    }
  }
}
