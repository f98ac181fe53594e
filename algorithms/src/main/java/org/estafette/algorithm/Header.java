package org.estafette.algorithm;

/**
 * Who sent a message, and on what it rests. (run, sender, incarnation, sequence) names a message
 * for ever: whoever sees the name twice has a duplicate.
 *
 * @param run the run's number; messages of another run are refused
 * @param sender who sent it
 * @param incarnation which life of the sender: a restart takes a higher one
 * @param sequence counts the sender's messages within an incarnation, from 1
 * @param epoch the server's fencing epoch that the sender knows; between workers without a server
 *     the epoch of the graph
 * @param version in a model: the server's version; in a push: the version that the round began
 *     from; between workers without a server: rounds since the graph's epoch began, by which
 *     neighbours find each other's messages of one round
 * @param round counts the worker's rounds
 */
public record Header(
    long run,
    PeerId sender,
    int incarnation,
    long sequence,
    long epoch,
    long version,
    long round) {}
