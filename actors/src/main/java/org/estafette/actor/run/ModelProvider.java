package org.estafette.actor.run;

import java.util.Map;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Model;
import org.estafette.device.Device;

/**
 * Makes a model: how users bring their own. The class named by {@code estafette.model.kind} is
 * public and has a public constructor without parameters; it is asked on every node, once a worker.
 */
@FunctionalInterface
public interface ModelProvider {
  /**
   * A model of its own for one worker.
   *
   * @param device where the worker's state lives
   * @param dataset what will be trained on
   * @param batch samples of a step
   * @param options {@code estafette.model.options}
   */
  Model create(Device device, Dataset dataset, int batch, Map<String, String> options);
}
