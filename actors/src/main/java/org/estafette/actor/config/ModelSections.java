package org.estafette.actor.config;

import java.util.List;

/** Reads what is trained, and on what. */
final class ModelSections {
  private ModelSections() {}

  static RunConfig.ModelChoice model(Values v) {
    List<Integer> hidden = v.wholes("model.mlp.hidden");
    if (hidden.stream().anyMatch(width -> width < 1)) {
      throw v.wrong("model.mlp.hidden", "a list of widths, each >= 1");
    }
    List<Integer> channels = v.wholes("model.convnet.channels");
    if (channels.isEmpty() || channels.stream().anyMatch(c -> c < 1)) {
      throw v.wrong("model.convnet.channels", "a list of at least one width, each >= 1");
    }
    return new RunConfig.ModelChoice(
        v.text("model.kind"),
        v.count("model.batch", 1),
        v.count("model.gpt.layers", 1),
        v.count("model.gpt.heads", 1),
        v.count("model.gpt.width", 1),
        v.count("model.gpt.context", 1),
        v.flag("model.gpt.tied"),
        hidden,
        v.oneOf("model.mlp.init", "he", "xavier", "torch"),
        channels,
        v.count("model.convnet.groups", 1),
        v.map("model.options"));
  }

  static RunConfig.DataChoice data(Values v) {
    double validation = v.below("data.validation", 0, 1);
    if (validation == 0) {
      throw v.wrong("data.validation", "a number, 0 < validation < 1");
    }
    return new RunConfig.DataChoice(
        v.text("data.kind"),
        v.text("data.path"),
        v.oneOf("data.partition", "iid", "by-source", "dirichlet", "balanced-dirichlet"),
        v.above0("data.alpha"),
        validation,
        v.bytes("data.max-bytes"),
        v.oneOf("data.mixture", "async-local-sgd", "async-local-sgd-small", "local-methods"),
        new RunConfig.ImageChoice(
            v.flag("data.images.augment"),
            v.count("data.images.side", 1),
            v.count("data.images.classes", 2),
            v.within("data.images.noise", 0, 100),
            v.count("data.images.rows", 1),
            v.count("data.images.validation-rows", 1)),
        v.map("data.options"));
  }
}
