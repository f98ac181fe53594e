package org.estafette.kernel;

/** What a step touches, and its coefficients as the kernels use them. */
final class OuterKernelsSteps {
  private OuterKernelsSteps() {}

  /** Whether the step writes m. */
  static boolean writesMomentum(LinearStep s) {
    return switch (s.kind()) {
      case PLAIN, ACCUMULATE -> false;
      case MOMENTUM -> true;
      case REFRESH -> s.usesMomentum();
    };
  }

  /** Whether x takes something of m. */
  static boolean readsMomentum(LinearStep s) {
    return s.kind() != LinearStep.Kind.PLAIN && s.fromMomentum() != 0;
  }

  /** Whether x takes something of T. */
  static boolean readsBuffer(LinearStep s) {
    return s.kind() == LinearStep.Kind.REFRESH && s.fromBuffer() != 0;
  }

  /**
   * An {@link AdamStep} in float32, with the bias corrections folded in.
   *
   * @param keep 1 − rate·weightDecay
   * @param fresh1 1 − β₁
   * @param fresh2 1 − β₂
   * @param rate rate / (1 − β₁ᵗ)
   * @param perCorrection2 1 / (1 − β₂ᵗ)
   */
  record Adam(
      float gradientScale,
      float keep,
      float beta1,
      float fresh1,
      float beta2,
      float fresh2,
      float rate,
      float perCorrection2,
      float epsilon) {

    static Adam of(AdamStep s) {
      return new Adam(
          (float) s.gradientScale(),
          (float) (1 - s.rate() * s.weightDecay()),
          (float) s.beta1(),
          (float) (1 - s.beta1()),
          (float) s.beta2(),
          (float) (1 - s.beta2()),
          (float) (s.rate() / s.correction1()),
          (float) (1 / s.correction2()),
          (float) s.epsilon());
    }
  }
}
