package org.estafette.simulation;

/**
 * What became of the messages of a run.
 *
 * @param sent updates that workers sent
 * @param lost of these, lost on the way
 * @param duplicated of these, arrived twice
 * @param toTheDead arrived where nobody was, or somebody else
 * @param superseded replaced in a mailbox by a newer one of the same sender
 * @param refused refused by a mailbox
 */
public record PeerTally(
    long sent, long lost, long duplicated, long toTheDead, long superseded, long refused) {}
