package org.estafette.algorithm.server;

/**
 * What a server keeps of a worker.
 *
 * @param slot its slot
 * @param incarnation its latest incarnation
 * @param lastSequence sequence of its last message that was taken
 * @param round rounds given out to it
 * @param secondsPerStep measured; NaN where unknown
 * @param overhead seconds between the end of a round's steps and its push's arrival, as last seen
 * @param live whether it can be reached
 * @param waiting whether it has asked for work that there was none of
 * @param busySteps steps of the round that it is in; 0 where it is in none
 * @param busyShard shard of that round
 * @param assignedAt when that round was given out
 */
public record WorkerRecord(
    int slot,
    int incarnation,
    long lastSequence,
    long round,
    double secondsPerStep,
    double overhead,
    boolean live,
    boolean waiting,
    int busySteps,
    int busyShard,
    double assignedAt) {}
