package org.estafette.algorithm.streaming;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.memory.FlatVector;

/**
 * The global fragments of Streaming DiLoCo (arXiv 2501.18512) with an outer optimizer each. Every
 * {@code syncEvery / F} local steps one fragment is due, in turn. Its pseudo-gradient is taken
 * {@code delay} steps before, so that its journey is hidden behind local steps; when it is due,
 * local ← α·local + (1 − α)·global.
 */
public final class StreamingFragments {
  private final List<FlatVector> global;
  private final List<LinearOuter> outer = new ArrayList<>();
  private final int spacing;
  private final int delay;
  private final double alpha;

  /**
   * Fragments that start from {@code global}, owned from now on.
   *
   * @param syncEvery H, local steps between two synchronisations of the same fragment; a multiple
   *     of the number of fragments
   * @param delay local steps between the pseudo-gradient and its application, less than {@code
   *     syncEvery / F}
   * @param alpha what a worker keeps of its own fragment
   */
  public StreamingFragments(
      List<FlatVector> global, OuterRule rule, int syncEvery, int delay, double alpha) {
    int fragments = global.size();
    if (fragments == 0 || syncEvery % fragments != 0 || syncEvery <= 0) {
      throw new IllegalArgumentException(
          "syncEvery="
              + syncEvery
              + " (expected a positive multiple of the "
              + fragments
              + " fragments)");
    }
    this.spacing = syncEvery / fragments;
    if (delay < 0 || delay >= spacing) {
      throw new IllegalArgumentException(
          "delay=" + delay + " (expected 0 <= delay < " + spacing + ")");
    }
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha=" + alpha + " (expected 0 <= alpha <= 1)");
    }
    this.global = List.copyOf(global);
    this.delay = delay;
    this.alpha = alpha;
    for (FlatVector g : global) {
      outer.add(new LinearOuter(rule, g.length(), g.precision()));
    }
  }

  /** The fragment whose pseudo-gradient is taken after {@code step} local steps; −1 for none. */
  public int launching(long step) {
    return due(step + delay);
  }

  /** The fragment whose result is applied after {@code step} local steps; −1 for none. */
  public int merging(long step) {
    return due(step);
  }

  private int due(long step) {
    if (step <= 0 || step % spacing != 0) {
      return -1;
    }
    return (int) ((step / spacing - 1) % global.size());
  }

  /** into ← global − local: a worker's pseudo-gradient of the fragment. */
  public void pseudoGradient(int fragment, FlatVector local, FlatVector into) {
    into.difference(global.get(fragment), local);
  }

  /** One outer step of the fragment with the mean of the workers' pseudo-gradients. */
  public void apply(int fragment, FlatVector mean) {
    outer.get(fragment).apply(global.get(fragment), new FlatVector[] {mean}, new double[] {1}, 1);
  }

  /** local ← α·local + (1 − α)·global. */
  public void merge(int fragment, FlatVector local) {
    if (alpha == 0) {
      local.copyFrom(global.get(fragment));
      return;
    }
    local.scale(alpha);
    local.axpy(1 - alpha, global.get(fragment));
  }

  /** The global fragment. */
  public FlatVector global(int fragment) {
    return global.get(fragment);
  }

  /** The fragment's outer momentum. */
  public FlatVector momentum(int fragment) {
    return java.util.Objects.requireNonNull(outer.get(fragment).vectors().get("momentum"));
  }
}
