package org.estafette.algorithm.peer.gossip;

import org.estafette.algorithm.train.InnerOptimizer;

/** How the local steps use the quasi-global momentum m. */
public enum QuasiGlobalForm {
  /** A step of (μm + g)/(1 + μ): as long as one without momentum. */
  NORMALISED,
  /** A step of μm + g: as in the paper. */
  HEAVY_BALL,
  /** A step of g + μ(μm + g): as in the published deep-learning code. */
  NESTEROV;

  /** The inner optimizer that takes m and steps in this form. */
  public InnerOptimizer.Momentum optimizer(double mu, double weightDecay) {
    return switch (this) {
      case NORMALISED -> InnerOptimizer.Momentum.normalised(mu, weightDecay);
      case HEAVY_BALL -> new InnerOptimizer.Momentum(mu, false, weightDecay);
      case NESTEROV -> new InnerOptimizer.Momentum(mu, true, weightDecay);
    };
  }
}
