package org.estafette.actor.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.estafette.actor.record.Wasted;
import org.jspecify.annotations.Nullable;

/**
 * What a run had counted when a checkpoint was taken: a resumed run goes on from there, so that its
 * summary is of the whole run and not of its last part.
 *
 * @param seconds since the run began, pauses left out
 * @param trainingSeconds of these, from the first round that was given out
 * @param pushes what became of them
 * @param staleness of those applied
 * @param restarts of workers
 * @param exchanges of a run without a server; null with one
 * @param wasted training of rounds that were given up; null where none was
 */
public record RunTally(
    double seconds,
    double trainingSeconds,
    Pushes pushes,
    Staleness staleness,
    int restarts,
    @Nullable Exchanges exchanges,
    // Left out where it is null: who does not know it reads most checkpoints all the same.
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Wasted wasted) {}
