package org.estafette.actor.reproduce;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.estafette.actor.data.CifarReader;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.algorithm.data.Augmentation;
import org.estafette.algorithm.data.Cifar10;
import org.estafette.algorithm.data.ImageDataset;
import org.estafette.device.Devices;
import org.estafette.simulation.experiment.Experiment;
import org.estafette.simulation.experiment.RelayCifar;
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
          new RelayNeighbours(),
          RelayCifar.generated(Devices.open("cpu")));

  private Experiments() {}

  /** All of them, in the order in which they are listed. */
  public static List<Experiment> all() {
    return ALL;
  }

  /**
   * {@code relay-cifar} on the images of a folder.
   *
   * @param folder of the binary version of CIFAR-10
   * @throws UnreadableDataException where it cannot be read
   */
  public static Experiment cifar(Path folder, ReadProgress progress)
      throws UnreadableDataException {
    CifarReader.Tables tables = new CifarReader(progress).read(folder);
    return new RelayCifar(
        Devices.open("cpu"),
        (shards, partition, seed) ->
            ImageDataset.of(
                tables.training(),
                tables.test(),
                Cifar10.CLASSES,
                Cifar10.SCALE,
                Augmentation.NONE,
                shards,
                partition,
                seed,
                seed),
        "CIFAR-10");
  }

  /** The one of that name. */
  public static Optional<Experiment> named(String name) {
    return ALL.stream().filter(e -> e.name().equals(name)).findFirst();
  }
}
