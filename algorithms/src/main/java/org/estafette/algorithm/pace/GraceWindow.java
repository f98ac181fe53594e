package org.estafette.algorithm.pace;

/**
 * The grace period (arXiv 2401.09135, Algorithm 2): the first arrival opens a window; those that
 * arrive within it are applied in order, and all of them go on from the same parameters.
 *
 * @param seconds τ_grace; 0 lets every worker go on at once
 * @param predictive false: the whole window is waited for. True: it closes as soon as no busy
 *     worker is expected within it, judged from measured speeds; with exact speeds this is the
 *     published simulator's clairvoyant window
 */
public record GraceWindow(double seconds, boolean predictive) {
  /** No window. */
  public static final GraceWindow NONE = new GraceWindow(0, false);

  /** Checks the seconds. */
  public GraceWindow {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException("grace seconds=" + seconds + " (expected >= 0)");
    }
  }

  /** Whether workers are held at all. */
  public boolean open() {
    return seconds > 0;
  }
}
