package org.estafette.kernel;

/**
 * Coefficients of one elementwise outer step that is linear in the pseudo-gradient g, the momentum
 * m and the buffer b. All rules of the catalogue but AdamW are of this form.
 *
 * <pre>
 * PLAIN       x ← x − fromGradient·g
 * MOMENTUM    m ← decay·m + intoMomentum·g;           x ← x − fromMomentum·m − fromGradient·g
 * ACCUMULATE  b ← b + intoBuffer·g;                   x ← x − fromMomentum·m − fromGradient·g
 * REFRESH     T = b + intoBuffer·g; m ← decay·m + intoMomentum·T; b ← 0;
 *             x ← x − fromMomentum·m − fromGradient·g − fromBuffer·T
 * </pre>
 *
 * <p>Where {@code fromMomentum} is 0 in ACCUMULATE, m is neither read nor needed; a REFRESH with
 * {@code decay}, {@code intoMomentum} and {@code fromMomentum} all 0 does not touch m either. A
 * step with {@code fromGradient}, {@code fromMomentum} and {@code fromBuffer} all 0 leaves x bit
 * for bit.
 *
 * @param kind which of the four forms
 * @param decay β, what is kept of the momentum
 * @param intoMomentum what the momentum takes of g (MOMENTUM) or of T (REFRESH)
 * @param intoBuffer what the buffer takes of g
 * @param fromMomentum what x takes of the new momentum
 * @param fromGradient what x takes of g
 * @param fromBuffer what x takes of T
 */
public record LinearStep(
    Kind kind,
    double decay,
    double intoMomentum,
    double intoBuffer,
    double fromMomentum,
    double fromGradient,
    double fromBuffer) {

  /** The form of the step. */
  public enum Kind {
    /** Neither momentum nor buffer. */
    PLAIN,
    /** Momentum at every push. */
    MOMENTUM,
    /** The push is put by in the buffer. */
    ACCUMULATE,
    /** The buffer goes into the momentum or the parameters, and is emptied. */
    REFRESH
  }

  /** x ← x − rate·g. */
  public static LinearStep plain(double rate) {
    return new LinearStep(Kind.PLAIN, 0, 0, 0, 0, rate, 0);
  }

  /** m ← decay·m + into·g; x ← x − fromMomentum·m − fromGradient·g. */
  public static LinearStep momentum(
      double decay, double into, double fromMomentum, double fromGradient) {
    return new LinearStep(Kind.MOMENTUM, decay, into, 0, fromMomentum, fromGradient, 0);
  }

  /** b ← b + into·g; x ← x − fromMomentum·m − fromGradient·g. */
  public static LinearStep accumulate(double into, double fromMomentum, double fromGradient) {
    return new LinearStep(Kind.ACCUMULATE, 0, 0, into, fromMomentum, fromGradient, 0);
  }

  /**
   * T = b + into·g; m ← decay·m + intoMomentum·T; x ← x − fromMomentum·m − fromGradient·g −
   * fromBuffer·T; b ← 0.
   */
  public static LinearStep refresh(
      double decay,
      double intoMomentum,
      double into,
      double fromMomentum,
      double fromGradient,
      double fromBuffer) {
    return new LinearStep(
        Kind.REFRESH, decay, intoMomentum, into, fromMomentum, fromGradient, fromBuffer);
  }

  /** Whether this step reads or writes the momentum. */
  public boolean usesMomentum() {
    return fromMomentum != 0 || decay != 0 || intoMomentum != 0;
  }

  /** Whether this step reads or writes the buffer. */
  public boolean usesBuffer() {
    return kind == Kind.ACCUMULATE || kind == Kind.REFRESH;
  }

  /** Whether this step changes the parameters. */
  public boolean movesParameters() {
    return fromMomentum != 0 || fromGradient != 0 || fromBuffer != 0;
  }
}
