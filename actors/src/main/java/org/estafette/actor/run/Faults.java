package org.estafette.actor.run;

import java.nio.file.Path;
import org.estafette.actor.config.FaultPlanReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.fault.FaultPlan;

/** The faults that a configured run is to meet. */
public final class Faults {
  private Faults() {}

  /**
   * The plan that a configuration names; nothing goes wrong where it names none.
   *
   * @throws org.estafette.actor.config.ConfigException where it cannot be read
   */
  public static FaultPlan plan(RunConfig config) {
    String file = config.faults().plan();
    return file.isEmpty()
        ? FaultPlan.NONE
        : FaultPlanReader.read(Path.of(file), config.workers().count());
  }
}
