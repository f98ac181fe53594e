package org.estafette.fault;

import java.util.List;
import java.util.Locale;
import org.estafette.algorithm.PeerId;

/** The kinds of faults, under the names that plans, events and counters have for them. */
public enum FaultKind {
  /** {@link Fault.Kill}. */
  KILL("times back"),
  /** {@link Fault.Freeze}. */
  FREEZE("times held"),
  /** {@link Fault.Slow}. */
  SLOW("times slowed down"),
  /** {@link Fault.Cut}. */
  CUT("messages cut off"),
  /** {@link Fault.Partition}. */
  PARTITION("messages cut off"),
  /** {@link Fault.Lose}. */
  LOSE("messages lost"),
  /** {@link Fault.Delay}. */
  DELAY("messages delayed"),
  /** {@link Fault.Duplicate}. */
  DUPLICATE("messages doubled"),
  /** {@link Fault.Reorder}. */
  REORDER("messages held back"),
  /** {@link Fault.Corrupt}. */
  CORRUPT("messages damaged"),
  /** {@link Fault.Poison}. */
  POISON("pseudo-gradients spoiled"),
  /** {@link Fault.FillDisk}. */
  FILL_DISK("writes refused"),
  /** {@link Fault.FillShm}. */
  FILL_SHM("streams refused"),
  /** {@link Fault.KillDriver}. */
  KILL_DRIVER("drivers killed"),
  /** {@link Fault.SkewClock}. */
  SKEW_CLOCK("readings skewed");

  private final String met;

  FaultKind(String met) {
    this.met = met;
  }

  /** Its name: {@code fill-disk}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a fault of this kind has done so many times: "12 messages lost". */
  public String met(long times) {
    return times + " " + met;
  }

  /** The kind of a fault. */
  public static FaultKind of(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> KILL;
      case Fault.Freeze f -> FREEZE;
      case Fault.Slow f -> SLOW;
      case Fault.Cut f -> CUT;
      case Fault.Partition f -> PARTITION;
      case Fault.Lose f -> LOSE;
      case Fault.Delay f -> DELAY;
      case Fault.Duplicate f -> DUPLICATE;
      case Fault.Reorder f -> REORDER;
      case Fault.Corrupt f -> CORRUPT;
      case Fault.Poison f -> POISON;
      case Fault.FillDisk f -> FILL_DISK;
      case Fault.FillShm f -> FILL_SHM;
      case Fault.KillDriver f -> KILL_DRIVER;
      case Fault.SkewClock f -> SKEW_CLOCK;
    };
  }

  /** Participants that a fault names. */
  public static List<PeerId> named(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> List.of(f.who());
      case Fault.Freeze f -> List.of(f.who());
      case Fault.Slow f -> List.of(f.who());
      case Fault.Cut f -> List.of(f.from(), f.to());
      case Fault.Partition f -> List.copyOf(f.side());
      case Fault.Poison f -> List.of(f.who());
      case Fault.KillDriver f -> List.of(f.who());
      case Fault.SkewClock f -> List.of(f.who());
      case Fault.Lose f -> List.of();
      case Fault.Delay f -> List.of();
      case Fault.Duplicate f -> List.of();
      case Fault.Reorder f -> List.of();
      case Fault.Corrupt f -> List.of();
      case Fault.FillDisk f -> List.of();
      case Fault.FillShm f -> List.of();
    };
  }

  /** How long a fault lasts; a death's downtime, which may be infinite; 0 for what is done once. */
  public static double seconds(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> f.downtime();
      case Fault.Freeze f -> f.seconds();
      case Fault.Slow f -> f.seconds();
      case Fault.Cut f -> f.seconds();
      case Fault.Partition f -> f.seconds();
      case Fault.Lose f -> f.seconds();
      case Fault.Delay f -> f.seconds();
      case Fault.Duplicate f -> f.seconds();
      case Fault.Reorder f -> f.seconds();
      case Fault.Corrupt f -> f.seconds();
      case Fault.Poison f -> f.seconds();
      case Fault.FillDisk f -> f.seconds();
      case Fault.FillShm f -> f.seconds();
      case Fault.KillDriver f -> 0;
      case Fault.SkewClock f -> f.seconds();
    };
  }

  /** What a fault does, for people. */
  public static String text(Fault fault) {
    return switch (fault) {
      case Fault.Kill f ->
          f.who()
              + " is killed; its replacement comes "
              + (Double.isInfinite(f.downtime()) ? "never" : "after " + s(f.downtime()));
      case Fault.Freeze f -> f.who() + " does nothing for " + s(f.seconds());
      case Fault.Slow f ->
          f.who() + "'s steps take " + n(f.factor()) + " times as long for " + s(f.seconds());
      case Fault.Cut f ->
          "nothing from " + f.from() + " reaches " + f.to() + " for " + s(f.seconds());
      case Fault.Partition f ->
          f.side() + " and the others are cut off from each other for " + s(f.seconds());
      case Fault.Lose f -> share(f.probability()) + " lost for " + s(f.seconds());
      case Fault.Delay f -> "messages take up to " + s(f.most()) + " longer for " + s(f.seconds());
      case Fault.Duplicate f -> share(f.probability()) + " arrive twice for " + s(f.seconds());
      case Fault.Reorder f ->
          share(f.probability()) + " held back by up to " + s(f.most()) + " for " + s(f.seconds());
      case Fault.Corrupt f -> share(f.probability()) + " damaged for " + s(f.seconds());
      case Fault.Poison f ->
          f.who()
              + "'s pseudo-gradients are spoiled ("
              + f.venom().name().toLowerCase(Locale.ROOT)
              + ") for "
              + s(f.seconds());
      case Fault.FillDisk f -> "the disk under the checkpoints is full for " + s(f.seconds());
      case Fault.FillShm f -> "shared memory is full for " + s(f.seconds());
      case Fault.KillDriver f -> "the media driver of " + f.who() + "'s node is killed";
      case Fault.SkewClock f ->
          "the wall clock of "
              + f.who()
              + "'s node is off by "
              + s(f.offset())
              + " for "
              + s(f.seconds());
    };
  }

  private static String share(double probability) {
    return n(100 * probability) + " % of the messages";
  }

  private static String s(double seconds) {
    return n(seconds) + " s";
  }

  private static String n(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceFirst("\\.?0+$", "");
  }
}
