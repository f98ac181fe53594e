package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.SafetensorsFile;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.checkpoint.StoredTensor;
import org.estafette.actor.checkpoint.Verification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Looks at checkpoints. */
@Command(
    name = "checkpoint",
    description = "Verifies and shows checkpoints, or lets a running cluster write one.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CheckpointCommand.Verify.class,
      CheckpointCommand.Show.class,
      ControlCommands.CheckpointNow.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  estafette checkpoint verify runs/run-20261120-190000",
      "  estafette checkpoint show runs/run-20261120-190000",
      "  estafette checkpoint now",
    })
final class CheckpointCommand {

  /** Verifies every byte against the manifest. */
  @Command(
      name = "verify",
      description =
          "Verifies files and tensors against their checksums; names file, tensor and offset of"
              + " what is wrong.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example:",
        "  estafette checkpoint verify runs/run-20261120-190000",
      })
  static final class Verify implements Callable<Integer> {
    @Parameters(
        paramLabel = "PATH",
        description = "A checkpoint, or a run folder for all of its checkpoints.")
    Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
      int corrupt = 0;
      for (Path checkpoint : all(path)) {
        Verification v = CheckpointStore.verify(checkpoint);
        System.out.println(v);
        corrupt += v.ok() ? 0 : 1;
      }
      return corrupt == 0 ? ExitStatus.OK.code() : ExitStatus.CHECKPOINT.code();
    }

    private static List<Path> all(Path path) throws IOException {
      if (Files.isRegularFile(path.resolve("manifest.json"))
          || path.getFileName() != null && path.getFileName().toString().startsWith("version-")) {
        return List.of(path);
      }
      Path store =
          Files.isDirectory(path.resolve("checkpoints")) ? path.resolve("checkpoints") : path;
      if (!Files.isDirectory(store)) {
        throw new CheckpointException(path + " is neither a checkpoint nor a run folder");
      }
      List<Path> found = new CheckpointStore(store, 1).list();
      if (found.isEmpty()) {
        throw new CheckpointException(path + " has no checkpoints");
      }
      return found;
    }
  }

  /** Shows what a checkpoint holds. */
  @Command(
      name = "show",
      description = "Shows what a checkpoint holds.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example:",
        "  estafette checkpoint show runs/run-20261120-190000",
      })
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", description = "A checkpoint, or a run folder for its newest.")
    Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
      StoredCheckpoint c = Checkpoints.open(path);
      System.out.println(c.path());
      System.out.println("  run      " + c.run() + ", version " + c.version());
      c.attributes().forEach((k, v) -> System.out.println("  " + k + " = " + v));
      System.out.println("  files    " + String.join(", ", c.files()));
      try (SafetensorsFile model = c.openModel()) {
        long total = 0;
        for (StoredTensor t : model.tensors()) {
          System.out.printf(Locale.ROOT, "  %-40s %-4s %-16s%n", t.name(), t.dtype(), t.shape());
          total += t.size();
        }
        System.out.printf(Locale.ROOT, "  %,d parameters%n", total);
      }
      return ExitStatus.OK.code();
    }
  }
}
