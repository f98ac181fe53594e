package org.estafette.algorithm.model;

/**
 * What a model is worth on data that it is measured on.
 *
 * @param loss mean loss, in nats
 * @param accuracy share of the samples whose likeliest class is theirs; NaN where the model does
 *     not classify
 */
public record Score(double loss, double accuracy) {
  /** Of a model that does not classify. */
  public static Score of(double loss) {
    return new Score(loss, Double.NaN);
  }

  /** Whether there is an accuracy. */
  public boolean classifies() {
    return !Double.isNaN(accuracy);
  }
}
