package org.estafette.actor.cli;

import java.io.IOException;
import org.estafette.actor.cli.progress.ProgressDisplay;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.tensorboard.TensorBoard;

/** Opens what a run's metrics are written to beside {@code metrics.jsonl}. */
final class Boards {
  private Boards() {}

  static TensorBoard open(RunConfig config, RunFolder folder, ProgressDisplay display)
      throws IOException {
    return TensorBoard.open(
        config.tensorboard(),
        folder,
        () -> System.currentTimeMillis() / 1e3,
        why -> display.message("  " + why));
  }
}
