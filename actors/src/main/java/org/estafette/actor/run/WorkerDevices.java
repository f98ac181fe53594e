package org.estafette.actor.run;

import java.util.List;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.jspecify.annotations.Nullable;

/**
 * A node's devices. Workers take them in turn, by their index; each is opened when it is first
 * asked for, and shared by all workers that it falls to.
 */
final class WorkerDevices implements AutoCloseable {
  private final List<String> names;
  private final ComputePrecision precision;
  private final @Nullable Device[] open;

  private WorkerDevices(List<String> names, ComputePrecision precision) {
    this.names = names;
    this.precision = precision;
    this.open = new Device[names.size()];
  }

  /**
   * Opens the first of a configuration's devices.
   *
   * @param notices told what a person should know, a sentence each
   * @throws ConfigException where a device is not there
   */
  static WorkerDevices open(RunConfig.Processors config, Consumer<String> notices) {
    try {
      WorkerDevices devices = new WorkerDevices(Devices.named(config.names()), config.precision());
      Device first = devices.of(0);
      if (first.name().equals("cpu") && config.precision() != ComputePrecision.FLOAT32) {
        notices.accept(
            "compute.precision="
                + config.precision()
                + " is for GPUs; the CPU takes float32. "
                + Devices.autoReason());
      }
      return devices;
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.device: " + e.getMessage());
    }
  }

  /**
   * The device of the worker of this index.
   *
   * @throws IllegalArgumentException where it is not there
   */
  synchronized Device of(int index) {
    int which = Math.floorMod(index, open.length);
    Device device = open[which];
    if (device == null) {
      device = Devices.open(names.get(which), precision);
      open[which] = device;
    }
    return device;
  }

  /** What people are told: the names, the one that {@code auto} became instead of it. */
  String describe() {
    return names.size() == 1 ? of(0).name() : String.join(", ", names);
  }

  @Override
  public synchronized void close() {
    for (int i = 0; i < open.length; i++) {
      Device device = open[i];
      if (device != null) {
        device.close();
        open[i] = null;
      }
    }
  }
}
