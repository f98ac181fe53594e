package org.estafette.actor.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.record.Numbers;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.model.Score;
import org.estafette.algorithm.train.DeviceTrainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures a checkpoint's loss, and accuracy where it classifies, on validation data. */
@Command(
    name = "evaluate",
    description = "Measures a checkpoint's loss on its run's validation data, or on other data.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  estafette evaluate runs/run-20261120-190000 --batches 200"})
final class EvaluateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "A checkpoint of a run, or a run folder for its newest.")
  Path path = Path.of("");

  @Option(names = "--data", paramLabel = "PATH", description = "Other data than the run's.")
  @Nullable Path data;

  @Option(
      names = "--batches",
      paramLabel = "N",
      description =
          "Validation batches; all there are if there are fewer. Default: ${DEFAULT-VALUE}.")
  int batches = 100;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Sets a configuration key; may be repeated.")
  List<String> set = List.of();

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Override
  public Integer call() throws Exception {
    StoredCheckpoint checkpoint = Checkpoints.open(path);
    Path conf =
        checkpoint.path().toAbsolutePath().normalize().resolve("../../config.conf").normalize();
    if (!Files.isRegularFile(conf)) {
      throw new ConfigException(
          "there is no " + conf + ": evaluate needs the run folder that the checkpoint belongs to");
    }
    Map<String, String> settings = new LinkedHashMap<>(RunOptions.parse(set));
    if (data != null) {
      settings.put("data.path", RunOptions.quoted(data.toAbsolutePath().normalize()));
    }
    RunConfig config = ConfigReader.read(conf, settings);
    try (Workshop workshop =
            Workshop.open(config, new ReadingLine(System.err, false), System.err::println);
        DeviceTrainer trainer = workshop.newTrainer()) {
      trainer.load(RunCheckpoints.parameters(checkpoint, workshop));
      Score score = trainer.score(batches);
      double loss = score.loss();
      long used = Math.min(batches, workshop.dataset().validationBatches(config.model().batch()));
      if (json) {
        System.out.printf(
            Locale.ROOT,
            "{\"checkpoint\": %s, \"validation_loss\": %.6f,%s \"batches\": %d}%n",
            RunOptions.quoted(checkpoint.path()),
            loss,
            score.classifies()
                ? String.format(Locale.ROOT, " \"validation_accuracy\": %.6f,", score.accuracy())
                : "",
            used);
      } else {
        System.out.printf(
            Locale.ROOT,
            "validation loss %.4f nats (%.4f bits)%s over %d batches, %s%n",
            loss,
            loss / Math.log(2),
            score.classifies() ? ", " + Numbers.percent(score.accuracy()) + " right" : "",
            used,
            checkpoint.path());
      }
    }
    return ExitStatus.OK.code();
  }
}
