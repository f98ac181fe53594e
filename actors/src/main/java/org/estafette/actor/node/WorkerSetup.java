package org.estafette.actor.node;

import org.estafette.actor.run.Workshop;

/**
 * What a worker's actor needs.
 *
 * @param key names it for ever: a replacement under the same key takes its slot
 * @param index which of the configured speeds is its own
 * @param run number of the run
 * @param workshop makes its participant and its trainer
 * @param port for tensors
 * @param threads told of its training thread, which may outlive the actor by a step
 */
record WorkerSetup(
    String key, int index, long run, Workshop workshop, TensorPort port, TrainingThreads threads) {}
