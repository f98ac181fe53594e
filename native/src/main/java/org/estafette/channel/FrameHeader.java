package org.estafette.channel;

/**
 * Identity of a frame. (run, sender, incarnation, sequence) names it once and for all: a receiver
 * that has seen it before has a duplicate.
 *
 * @param run the run; frames of another run are refused
 * @param sender who sent it, unique in the run
 * @param incarnation which life of the sender; greater in a later one
 * @param sequence place in the sender's life
 * @param destination which addressee behind the receiving channel
 */
public record FrameHeader(
    long run, long sender, long incarnation, long sequence, long destination) {}
