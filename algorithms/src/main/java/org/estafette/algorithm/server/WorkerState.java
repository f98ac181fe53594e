package org.estafette.algorithm.server;

import org.estafette.algorithm.Assignment;
import org.jspecify.annotations.Nullable;

/**
 * State of an {@link AsyncWorker}.
 *
 * @param slot its slot
 * @param incarnation its incarnation
 * @param epoch the server's epoch that it knows
 * @param version version of the parameters that it holds
 * @param sequence messages sent
 * @param waiting whether an answer is due
 * @param current the round it is in
 */
public record WorkerState(
    int slot,
    int incarnation,
    long epoch,
    long version,
    long sequence,
    boolean waiting,
    @Nullable Assignment current) {}
