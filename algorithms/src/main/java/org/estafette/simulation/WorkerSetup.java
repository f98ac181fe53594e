package org.estafette.simulation;

import org.estafette.algorithm.server.ServerWorker;
import org.estafette.algorithm.train.LocalTrainer;

/**
 * What a simulated worker is made of.
 *
 * @param participant its algorithm
 * @param trainer takes its local steps. Workers whose trainers keep no state between rounds may
 *     share one
 * @param stepTime how long they take
 * @param link its way to the server
 */
public record WorkerSetup(
    ServerWorker participant, LocalTrainer trainer, StepTime stepTime, Link link) {}
