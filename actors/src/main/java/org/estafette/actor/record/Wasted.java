package org.estafette.actor.record;

/**
 * What workers did of rounds that they then gave up: training that was for nothing.
 *
 * @param steps local steps
 * @param tokens tokens
 */
public record Wasted(long steps, long tokens) {}
