package org.estafette.algorithm;

/**
 * A worker asks for the model and for work: when it joins, and when an answer has not come.
 *
 * @param header names the worker and its incarnation
 * @param secondsPerStep what the worker expects a local step to take; NaN where it does not know
 */
public record Pull(Header header, double secondsPerStep) implements Message {}
