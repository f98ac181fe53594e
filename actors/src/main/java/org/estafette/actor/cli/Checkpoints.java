package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.algorithm.model.GptConfig;

/** Finds the checkpoint that a path means: itself, or the newest of a run folder. */
final class Checkpoints {
  private Checkpoints() {}

  static StoredCheckpoint open(Path path) throws IOException {
    if (Files.isRegularFile(path.resolve("manifest.json"))) {
      return CheckpointStore.open(path);
    }
    Path store =
        Files.isDirectory(path.resolve("checkpoints")) ? path.resolve("checkpoints") : path;
    if (!Files.isDirectory(store)) {
      throw new CheckpointException(
          path
              + " is neither a checkpoint nor a run folder (expected a folder with manifest.json)");
    }
    CheckpointStore.Search search = new CheckpointStore(store, 1).latest();
    StoredCheckpoint checkpoint = search.checkpoint();
    if (checkpoint == null) {
      throw new CheckpointException(
          path
              + " has no checkpoint that verifies"
              + (search.corrupt().isEmpty()
                  ? ""
                  : ":\n"
                      + String.join("\n", org.estafette.actor.run.RunCheckpoints.reports(search))));
    }
    return checkpoint;
  }

  /** The sizes that config.json gives. */
  static GptConfig gpt(StoredCheckpoint checkpoint) throws IOException {
    Map<String, Object> c = checkpoint.modelConfig();
    if (!"gpt2".equals(c.get("model_type"))) {
      throw new CheckpointException(
          checkpoint.path()
              + " holds no GPT (its config.json says model_type="
              + c.get("model_type")
              + ")");
    }
    return new GptConfig(
        number(checkpoint, c, "vocab_size"),
        number(checkpoint, c, "n_positions"),
        number(checkpoint, c, "n_layer"),
        number(checkpoint, c, "n_head"),
        number(checkpoint, c, "n_embd"),
        Boolean.TRUE.equals(c.get("tie_word_embeddings")));
  }

  private static int number(StoredCheckpoint checkpoint, Map<String, Object> config, String key)
      throws IOException {
    if (config.get(key) instanceof Integer value) {
      return value;
    }
    throw new CheckpointException(
        checkpoint.path()
            + ": config.json has "
            + key
            + "="
            + config.get(key)
            + " (expected a whole number)");
  }
}
