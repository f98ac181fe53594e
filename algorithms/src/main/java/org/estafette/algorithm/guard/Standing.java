package org.estafette.algorithm.guard;

/** How a worker stands with the guard. */
public final class Standing {
  private long newest;
  private boolean quarantined;
  private int good;

  /** Whether its pushes are refused whatever they hold. */
  public boolean quarantined() {
    return quarantined;
  }

  /** Good pushes in a row since it is in quarantine. */
  public int good() {
    return good;
  }

  /** A push was accepted. */
  public void accepted() {
    newest <<= 1;
  }

  /** A push had bad content; true where that was one too many. */
  public boolean bad(GuardPlan plan) {
    good = 0;
    newest = newest << 1 | 1;
    return !quarantined && plan.refusals() > 0 && bad(plan.within()) >= plan.refusals();
  }

  /** How many of so many newest pushes had bad content. */
  public int bad(int within) {
    return Long.bitCount(newest & (-1L >>> (Long.SIZE - within)));
  }

  /** Into quarantine. */
  public void quarantine() {
    quarantined = true;
    good = 0;
  }

  /** A push in quarantine would have been accepted; true where it is released with it. */
  public boolean good(GuardPlan plan) {
    if (++good < plan.probation()) {
      return false;
    }
    release();
    return true;
  }

  /** Out of quarantine; the past is forgiven. */
  public void release() {
    quarantined = false;
    newest = 0;
    good = 0;
  }

  /** Whether there is nothing to say about it. */
  boolean clean() {
    return newest == 0 && !quarantined;
  }

  GuardState.Suspect state(int slot) {
    return new GuardState.Suspect(slot, newest, quarantined, good);
  }

  /** Takes up what was saved. */
  public void restore(GuardState.Suspect saved) {
    newest = saved.newest();
    quarantined = saved.quarantined();
    good = saved.good();
  }
}
