package org.estafette.actor.reproduce;

import java.util.List;
import java.util.Optional;
import org.estafette.simulation.experiment.Experiment;
import org.estafette.simulation.experiment.RelayFailure;
import org.estafette.simulation.experiment.RelayLoss;
import org.estafette.simulation.experiment.RelayNeighbours;
import org.estafette.simulation.experiment.RelayQuadratics;
import org.estafette.simulation.experiment.RelaySpeeds;

/** The experiments that can be reproduced. */
public final class Experiments {
  private static final List<Experiment> ALL =
      List.of(
          new RelayQuadratics(),
          new RelayLoss(),
          new RelayFailure(),
          new RelaySpeeds(),
          new RelayNeighbours());

  private Experiments() {}

  /** All of them, in the order in which they are listed. */
  public static List<Experiment> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<Experiment> named(String name) {
    return ALL.stream().filter(e -> e.name().equals(name)).findFirst();
  }
}
