package org.estafette.algorithm;

/**
 * A worker asks for the model and for work: when it joins, and when an answer has not come.
 *
 * @param header names the worker and its incarnation
 * @param secondsPerStep what the worker expects a local step to take; NaN where it does not know
 * @param diverged whether its local training gave NaN or infinity: {@code header.round()} is lost
 */
public record Pull(Header header, double secondsPerStep, boolean diverged) implements Message {
  /** Of a worker that has nothing to report. */
  public Pull(Header header, double secondsPerStep) {
    this(header, secondsPerStep, false);
  }
}
