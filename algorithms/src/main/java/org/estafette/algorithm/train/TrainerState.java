package org.estafette.algorithm.train;

import java.util.List;
import org.estafette.memory.FlatVector;

/**
 * What a trainer needs to go on after a restart.
 *
 * @param optimizerStep inner-optimizer steps taken
 * @param moments the inner optimizer's vectors, in its own order; live views, copied by who saves
 */
public record TrainerState(long optimizerStep, List<FlatVector> moments) {
  /** Copies the list, not the vectors. */
  public TrainerState {
    moments = List.copyOf(moments);
  }
}
