package org.estafette.algorithm.pace;

/** How many local steps the next round of a worker has. */
public sealed interface LocalSteps {
  /** H, the local steps of the fastest worker. */
  int fastest();

  /**
   * Steps of the next round.
   *
   * @param speed the worker's measured steps per second; NaN where it is not known yet
   * @param fastestSpeed that of the fastest live worker; NaN where none is known
   */
  int steps(double speed, double fastestSpeed);

  /** The same H for all. */
  record Fixed(int fastest) implements LocalSteps {
    /** Checks H. */
    public Fixed {
      check(fastest);
    }

    @Override
    public int steps(double speed, double fastestSpeed) {
      return fastest;
    }
  }

  /**
   * Dynamic local updates, DyLU (arXiv 2401.09135, eq. 6): ⌊H·v/v_max⌋, at least {@code least}, so
   * that all rounds take about the same time. A worker whose speed is not known yet gets a tenth of
   * H to be measured on: a whole H would make the slowest worker's first push the stalest of the
   * run.
   */
  record Dynamic(int fastest, int least) implements LocalSteps {
    // 0.29·100 is 28.999999999999996 in binary: a floor without this gives 28.
    private static final double ROUNDING = 1e-9;
    private static final int PROBE = 10;

    /** Checks H and the least. */
    public Dynamic {
      check(fastest);
      if (least < 1 || least > fastest) {
        throw new IllegalArgumentException(
            "least=" + least + " (expected 1 <= least <= H=" + fastest + ")");
      }
    }

    @Override
    public int steps(double speed, double fastestSpeed) {
      if (Double.isNaN(speed) || Double.isNaN(fastestSpeed)) {
        return Math.clamp(fastest / PROBE, least, fastest);
      }
      int steps = (int) Math.floor(speed / fastestSpeed * fastest + ROUNDING);
      return Math.clamp(steps, least, fastest);
    }
  }

  private static void check(int fastest) {
    if (fastest < 1) {
      throw new IllegalArgumentException("local steps H=" + fastest + " (expected >= 1)");
    }
  }
}
