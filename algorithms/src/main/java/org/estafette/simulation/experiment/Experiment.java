package org.estafette.simulation.experiment;

/** A published comparison that can be run again. */
public interface Experiment {
  /** What the command line calls it. */
  String name();

  /** One sentence: what is compared, and what is claimed. */
  String about();

  /**
   * Runs it.
   *
   * @param effort how much of it
   * @param progress told what was done, a line now and then
   */
  Findings run(Effort effort, Progress progress);

  /**
   * How much of an experiment is run.
   *
   * @param quick fewer sizes, seeds and rounds: the same claims in a fraction of the time
   * @param seed of everything that is random
   */
  record Effort(boolean quick, long seed) {
    /** All of it, seed 0. */
    public static final Effort FULL = new Effort(false, 0);

    /** The quick form, seed 0. */
    public static final Effort QUICK = new Effort(true, 0);
  }

  /** Hears how far an experiment is. */
  @FunctionalInterface
  interface Progress {
    /** Says nothing. */
    Progress SILENT = line -> {};

    /** One line. */
    void line(String line);
  }
}
