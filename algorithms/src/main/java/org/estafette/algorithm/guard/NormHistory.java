package org.estafette.algorithm.guard;

import java.util.ArrayDeque;
import java.util.List;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * The norms of the newest accepted pushes, and what follows for the next one. A median is what
 * fewer than half of the pushes cannot move.
 *
 * <p>Rounds have different lengths. The way of H local steps is about as long as H where they go in
 * one direction, and as √H where they are mostly noise: what is usual for H steps is the larger of
 * the two guesses, each from the median of the pushes divided by their own H or √H.
 *
 * <p>Where the whole run changes its pace (another learning rate, say), all workers' pushes are
 * refused one after the other. Each refusal in a row therefore doubles the bound, until a push is
 * accepted; one worker among others cannot do that, since theirs are accepted in between.
 */
public final class NormHistory {
  /** Pushes shorter than this share of the parameters' norm are let through always. */
  private static final double HARMLESS = 0.01;

  /**
   * Without a history, what is longer than this many times the parameters (or a vector of ones) is
   * an error, whatever is trained.
   */
  private static final double ABSURD = 1e6;

  /** Pushes before the median is taken for clipping: fewer tell nothing. */
  private static final int FEW = 4;

  private final GuardPlan plan;
  private final RunningMedian perStep;
  private final RunningMedian perRoot;
  private final ArrayDeque<GuardState.Norm> window;
  private int inARow;

  /** A history of nothing. */
  public NormHistory(GuardPlan plan) {
    this.plan = plan;
    this.perStep = new RunningMedian(plan.window());
    this.perRoot = new RunningMedian(plan.window());
    this.window = new ArrayDeque<>(plan.window());
  }

  /** A push was accepted. */
  public void accepted(double norm, int steps) {
    inARow = 0;
    remember(new GuardState.Norm(norm, steps));
  }

  private void remember(GuardState.Norm n) {
    if (window.size() == plan.window()) {
      window.removeFirst();
    }
    window.addLast(n);
    perStep.add(n.norm() / n.steps());
    perRoot.add(n.norm() / Math.sqrt(n.steps()));
  }

  /** A push was refused for its norm, and its sender is not in quarantine. */
  public void refused() {
    inARow++;
  }

  /** The usual norm of a push of so many steps; NaN where too few pushes have come to tell. */
  public double typical(int steps) {
    return window.size() < FEW ? Double.NaN : median(steps);
  }

  private double median(int steps) {
    return Math.max(perStep.median() * steps, perRoot.median() * Math.sqrt(steps));
  }

  /**
   * What is wrong with a push of this norm, in words; null where nothing is.
   *
   * @param norm not NaN
   * @param steps its local steps, >= 1
   * @param parameters x, as they are now
   */
  public @Nullable String tooLarge(double norm, int steps, FlatVector parameters) {
    if (Double.isInfinite(plan.normFactor())) {
      return null;
    }
    double usual = window.size() < plan.warmup() ? Double.NaN : median(steps);
    if (norm <= plan.normFactor() * usual) {
      return null; // The common case; the parameters' norm costs a pass over memory.
    }
    double x = Math.sqrt(parameters.squaredNorm());
    double relaxed = Math.scalb(1, Math.min(inARow, 900));
    if (!(usual > 0)) {
      double most = ABSURD * Math.max(x, Math.sqrt(parameters.length())) * relaxed;
      return norm <= most
          ? null
          : "norm=%.4g (expected at most %.4g before there is a history)".formatted(norm, most);
    }
    double bound = Math.max(plan.normFactor() * usual * relaxed, HARMLESS * x);
    return norm <= bound
        ? null
        : "norm=%.4g of %d steps (expected at most %.4g: usual is %.4g, the median of the last %d)"
            .formatted(norm, steps, bound, usual, window.size());
  }

  /** The norms, oldest first. */
  List<GuardState.Norm> norms() {
    return List.copyOf(window);
  }

  int inARow() {
    return inARow;
  }

  /** Takes up a saved history. */
  public void restore(GuardState state) {
    window.clear();
    perStep.clear();
    perRoot.clear();
    state.norms().forEach(this::remember);
    inARow = state.refusedInARow();
  }
}
