package org.estafette.simulation;

import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.train.LocalTrainer;

/**
 * What a simulated worker without a server is made of.
 *
 * @param peer its algorithm
 * @param mailbox its mailbox policy, its own
 * @param trainer takes its local steps. Workers whose trainers keep no state between rounds may
 *     share one
 * @param stepTime how long they take
 */
public record PeerSetup(Peer peer, UpdateQueue mailbox, LocalTrainer trainer, StepTime stepTime) {}
