package org.estafette.actor.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a run without a server tells beside its rounds.
 *
 * @param fresh neighbours' messages that were used in their round
 * @param held times that an older message, or none, stood in for one
 * @param superseded messages that mailboxes dropped for newer ones of the same neighbour
 * @param epoch of the graph: one higher with each change of who is live
 * @param repairs times that the graph closed around a worker that was lost
 * @param consensus Ξ = √((1/n) Σ ‖x̄ − x_i‖²), as last measured; null before
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Exchanges(
    long fresh, long held, long superseded, long epoch, int repairs, @Nullable Double consensus) {}
