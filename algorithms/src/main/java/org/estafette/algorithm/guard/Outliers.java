package org.estafette.algorithm.guard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose accepted pushes lie apart from the others'. It only tells: what is applied, and how
 * much of it, is the same with and without it.
 *
 * <p>A worker is marked where its pushes go against the others', who agree with each other, and
 * nobody goes along with it ({@link Directions}); or where they are far longer than is usual
 * ({@link NormHistory}). Four pushes in a row show it, and four that deny it end it.
 *
 * <p>Nobody is marked of fewer than three workers: of two that contradict each other either may be
 * wrong, against one of three there are two that agree. Several that are wrong in the same way are
 * not marked for their direction: workers whose data differ from the others' look just so.
 *
 * <p>The bounds are from measurements: the page on faults has them.
 */
public final class Outliers {
  /** A cosine below this, and as many standard errors, goes against the others. */
  private static final double AGAINST = -0.2;

  /** A cosine above this goes against them no more. */
  private static final double WITH = -0.05;

  /** Others agree where the mean cosine of each two is above this, and as many standard errors. */
  private static final double AGREED = 0.05;

  /** One whose cosine is above this, and as many standard errors, goes along. */
  private static final double ALONG = 0.1;

  /** Standard errors: of directions in a few dimensions some are alike by chance. */
  private static final double ERRORS = 2;

  /** Times the usual length above which a push is long, and below which it is long no more. */
  private static final double LONG = 5;

  private static final double ORDINARY = 2.5;

  private static final int PATIENCE = 4;
  private static final int LEAST = 3;

  private final Directions directions;

  /** By slot; null for one of which there is nothing to say. */
  private @Nullable Worker[] workers = new Worker[8];

  /** Workers that have pushed and are there. */
  private int present;

  /** Those of them whose newest push was long. */
  private int longNow;

  private static final class Worker {
    final Mark direction;
    final Mark length;
    boolean present;
    boolean isLong;

    Worker(boolean against, boolean tooLong) {
      direction = new Mark(PATIENCE, against);
      length = new Mark(PATIENCE, tooLong);
    }

    boolean marked() {
      return direction.on() || length.on();
    }
  }

  /**
   * A mark has begun, has another reason now, or has ended.
   *
   * @param marked whether the worker is marked now
   * @param reason numbers that were seen and that are expected
   */
  public record Finding(boolean marked, String reason) {}

  /**
   * Of a run that has just begun.
   *
   * @param length of the pushes
   * @param seed of the coordinates that are looked at
   */
  public Outliers(long length, long seed) {
    directions = new Directions(length, seed);
  }

  /**
   * A push was accepted.
   *
   * @param delta of finite numbers
   * @param ratio its length over what is usual for its number of steps; NaN where that is not known
   * @return null where nothing has changed
   */
  public @Nullable Finding accepted(int slot, FlatVector delta, double ratio) {
    Worker worker = find(slot);
    if (worker == null) {
      worker = put(slot, new Worker(false, false));
    }
    if (!worker.present) {
      worker.present = true;
      present++;
    }
    longNow(worker, ratio > LONG);
    boolean changed = directions.add(slot, delta) && direction(slot, worker);
    changed |= length(worker, ratio);
    return changed ? finding(worker, ratio) : null;
  }

  private @Nullable Worker find(int slot) {
    return slot < workers.length ? workers[slot] : null;
  }

  private Worker put(int slot, Worker worker) {
    if (slot >= workers.length) {
      workers = Arrays.copyOf(workers, Math.max(slot + 1, 2 * workers.length));
    }
    workers[slot] = worker;
    return worker;
  }

  private boolean direction(int slot, Worker worker) {
    double cosine = directions.cosine();
    double error = ERRORS * directions.error();
    boolean agreed = directions.agreement() > AGREED + error / Math.sqrt(directions.pairs());
    boolean against = agreed && cosine < AGAINST - error;
    boolean with = cosine > WITH;
    if (against || worker.direction.on() && !with) {
      boolean alone = directions.nearest(slot) < ALONG + error;
      against &= alone;
      with = !alone;
    }
    return worker.direction.next(against, with);
  }

  private boolean length(Worker worker, double ratio) {
    // Where half of the workers are long, it is the run that has changed its pace.
    boolean apart = present >= LEAST && 2 * longNow < present;
    return worker.length.next(worker.isLong && apart, ratio < ORDINARY);
  }

  private void longNow(Worker worker, boolean now) {
    longNow += (now ? 1 : 0) - (worker.isLong ? 1 : 0);
    worker.isLong = now;
  }

  private Finding finding(Worker worker, double ratio) {
    List<String> seen = new ArrayList<>(2);
    boolean ended = !worker.marked();
    if (worker.direction.on() || ended && !Double.isNaN(directions.cosine())) {
      seen.add(
          String.format(
              Locale.ROOT,
              "cosine %.2f with the sum of the %d others, who agree by %.2f (expected above %.2f)",
              directions.cosine(),
              directions.others(),
              directions.agreement(),
              AGAINST - ERRORS * directions.error()));
    }
    if (worker.length.on() || ended && !Double.isNaN(ratio)) {
      seen.add(
          String.format(
              Locale.ROOT, "%.1f times the usual length (expected below %.0f)", ratio, LONG));
    }
    return new Finding(!ended, String.join("; ", seen));
  }

  /**
   * A worker has left or is in quarantine: it says nothing of the others any more. A mark stays
   * until its later pushes deny it.
   */
  public void gone(int slot) {
    directions.forget(slot);
    Worker worker = find(slot);
    if (worker == null || !worker.present) {
      return;
    }
    longNow(worker, false);
    worker.present = false;
    present--;
    if (!worker.marked()) {
      workers[slot] = null;
    }
  }

  /** The marks, by slot. */
  List<GuardState.Outlier> state() {
    List<GuardState.Outlier> marks = new ArrayList<>();
    for (int slot = 0; slot < workers.length; slot++) {
      Worker worker = workers[slot];
      if (worker != null && worker.marked()) {
        marks.add(new GuardState.Outlier(slot, worker.direction.on(), worker.length.on()));
      }
    }
    return marks;
  }

  /** Takes up saved marks. What the directions were is not saved: they are found again. */
  public void restore(List<GuardState.Outlier> marks) {
    for (int slot = 0; slot < workers.length; slot++) {
      directions.forget(slot);
      workers[slot] = null;
    }
    present = 0;
    longNow = 0;
    for (GuardState.Outlier m : marks) {
      put(m.slot(), new Worker(m.against(), m.tooLong()));
    }
  }
}
