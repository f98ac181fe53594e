package org.estafette.actor.run;

import java.util.Map;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.device.Device;

/** A tiny GPT that cannot be made on threads whose name begins with the option {@code name}. */
public final class FailingModel implements ModelProvider {
  @Override
  public Model create(Device device, Dataset dataset, int batch, Map<String, String> options) {
    String name = options.get("name");
    if (name != null && Thread.currentThread().getName().startsWith(name)) {
      throw new IllegalStateException("no model for " + Thread.currentThread().getName());
    }
    return new Gpt(device, new GptConfig(GptConfig.BYTES, 16, 1, 2, 16, true), batch);
  }
}
