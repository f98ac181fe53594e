package org.estafette.actor.live;

/**
 * What of a run stays as it is.
 *
 * @param run its number
 * @param name of its folder
 * @param release version of Estafette
 * @param strategy "async delayed-nesterov dylu" and the like
 * @param topology "server" for a star around the global model, else the graph's name
 * @param directed whether models go one way along the graph's links
 * @param workers that were asked for
 * @param gain G = K·w·lr/(1−β) of the outer step
 */
public record LiveFacts(
    long run,
    String name,
    String release,
    String strategy,
    String topology,
    boolean directed,
    int workers,
    double gain) {}
