package org.estafette.actor.node;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.actor.fault.NodeWeather;
import org.estafette.actor.run.Workshop;

/** Opens what a node needs for its workers, by the coordinator's configuration. */
final class NodeParts {
  private NodeParts() {}

  /**
   * @param own what is this node's alone
   * @param lost told when the tensor channel has ended by itself
   */
  static WorkerNode.Parts open(
      RunDescription run,
      WorkerNode.Plan plan,
      RunConfig own,
      TrainingThreads threads,
      Consumer<String> lost) {
    RunConfig config =
        ConfigReader.parse(
            run.config(),
            plan.overrides(),
            key ->
                plan.notices()
                    .accept(
                        "  note      the coordinator's release "
                            + run.release()
                            + " has a key that this one does not know, and goes without: "
                            + key));
    Workshop workshop;
    try {
      workshop = Workshop.open(config, ReadProgress.NONE, plan.notices());
    } catch (UnreadableDataException e) {
      throw new ConfigException(e.getMessage() + "; on this node, name the data with --data PATH");
    }
    try {
      String name = "node-" + plan.key();
      var channel =
          run.server().onThisMachine()
              ? ChannelSettings.sharing(config, run.run(), name, Path.of(run.server().directory()))
              : ChannelSettings.own(config, run.run(), name);
      TensorPort port =
          new TensorPort(
              channel,
              own.channel().advertise(),
              config.faults().enabled() ? new NodeWeather(name) : null,
              workshop.packing(),
              Workers.expectedUpdates(workshop, plan.workers(), 0),
              why -> lost.accept("the tensor channel ended: " + why));
      try {
        port.history().begin(config, run.run(), plan.key(), null);
      } catch (RuntimeException e) {
        port.close();
        throw e;
      }
      return new WorkerNode.Parts(run.run(), workshop, port, threads, plan.workers());
    } catch (RuntimeException e) {
      workshop.close();
      throw e;
    }
  }
}
